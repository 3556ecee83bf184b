import os
import socket
from pathlib import Path

import pytest

from leefwijk.local import LocalError, free_port, preflight
from leefwijk.local.preflight import problems


def test_a_machine_in_order_has_no_problems(tmp_path: Path) -> None:
    """A folder that is still to be made, enough disk and free ports: nothing to say."""
    assert problems(tmp_path / "to" / "be" / "made", {free_port(): "monitoring"}, needed=1) == []


def test_an_old_python_is_named(tmp_path: Path) -> None:
    """A Python that is too old is told together with the one to use."""
    assert problems(tmp_path, {}, python=(3, 10), needed=1) == [
        "Python 3.10 is too old: use Python 3.11 or later."
    ]


def test_a_full_disk_is_told_with_what_is_needed(tmp_path: Path) -> None:
    """Too little room is told in gigabytes, with what to do."""
    (told,) = problems(tmp_path, {}, needed=10**18)
    assert "1000000000.0 GB is needed: make room" in told


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    """A folder that cannot be made is told before anything starts."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    (told,) = problems(tmp_path / "file" / "folder", {}, needed=1)
    assert "cannot be written: give yourself the right" in told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_cannot_be_written(tmp_path: Path) -> None:
    """A folder without the right to write is told before anything starts."""
    tmp_path.chmod(0o500)
    (told,) = problems(tmp_path / "folder", {}, needed=1)
    assert "cannot be written: give yourself the right" in told


def test_every_problem_is_told_at_once_each_on_a_line(tmp_path: Path) -> None:
    """Who has two problems hears of both in one go."""
    with socket.socket() as one, socket.socket() as other:
        ports = {}
        for listener, purpose in ((one, "monitoring"), (other, "initiatives")):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            ports[listener.getsockname()[1]] = purpose
        with pytest.raises(LocalError) as refusal:
            preflight(tmp_path, ports, kafka=False)
    lines = str(refusal.value).splitlines()
    assert [purpose in line for line, purpose in zip(lines, ports.values(), strict=True)] == [
        True,
        True,
    ]
