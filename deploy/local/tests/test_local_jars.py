from pathlib import Path

import pytest

from leefwijk.local.errors import LocalError
from leefwijk.local.jars import (
    LOCK,
    MIRROR_SETTING,
    Jar,
    digest,
    ensure_jars,
    missing,
    read_lock,
    write_lock,
)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Jar]:
    """A folder with one jar that is exactly the locked one."""
    path = tmp_path / "org.example.tool-1.0.jar"
    path.write_bytes(b"the jar")
    return tmp_path, Jar("org.example", "tool", "1.0", digest(path))


def test_the_lock_of_the_project_names_kafka_and_a_logger_with_checksums() -> None:
    """The committed lock names Kafka 4.1.1 and a logger, each jar with a SHA-256, and no host."""
    jars = read_lock()
    names = {(jar.artifact, jar.version) for jar in jars}
    assert {("kafka_2.13", "4.1.1"), ("slf4j-simple", "1.7.36")} <= names
    assert all(len(jar.sha256) == 64 for jar in jars)
    assert len({jar.file_name for jar in jars}) == len(jars)
    assert "//" not in LOCK.read_text(encoding="utf-8")


def test_a_lock_that_is_written_reads_back_the_same(tmp_path: Path) -> None:
    """Writing and reading a lock file gives the same jars, in order."""
    jars = [Jar("b.group", "tool", "2", "f" * 64), Jar("a.group", "tool", "1", "0" * 64)]
    write_lock(jars, tmp_path / "lock")
    assert read_lock(tmp_path / "lock") == sorted(jars)


@pytest.mark.parametrize("text", ["a:b:c", "a:b 00", "one two three"])
def test_a_damaged_lock_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    """A lock file that cannot be read says where it should come from."""
    (tmp_path / "lock").write_text(text, encoding="utf-8")
    with pytest.raises(LocalError, match="take it from the repository again"):
        read_lock(tmp_path / "lock")


def test_a_jar_that_is_the_locked_one_is_not_fetched_again(kept: tuple[Path, Jar]) -> None:
    """Only jars that are not there are missing."""
    folder, jar = kept
    other = Jar("org.example", "other", "1.0", "0" * 64)
    assert missing(folder, [jar, other]) == [other]


def test_a_jar_that_differs_from_the_lock_is_an_error(kept: tuple[Path, Jar]) -> None:
    """A changed jar is never used."""
    folder, jar = kept
    (folder / jar.file_name).write_bytes(b"another jar")
    with pytest.raises(LocalError, match=r"is not the file that kafka\.lock names"):
        missing(folder, [jar])


def test_a_jar_that_is_not_locked_is_an_error(kept: tuple[Path, Jar]) -> None:
    """A jar that the lock does not know would be on the class path too, so it is refused."""
    folder, jar = kept
    (folder / "stranger.jar").write_bytes(b"")
    with pytest.raises(LocalError, match=r"stranger\.jar"):
        missing(folder, [jar])


def test_a_registry_out_of_reach_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without jars and without a registry the message says what to do, and nothing is left."""
    monkeypatch.setenv(MIRROR_SETTING, "http://127.0.0.1:9")
    lock = tmp_path / "lock"
    write_lock([Jar("org.example", "tool", "1.0", "0" * 64)], lock)
    with pytest.raises(LocalError, match="could not be fetched") as refusal:
        ensure_jars(tmp_path / "jars", lock)
    assert "KAFKA_BOOTSTRAP" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_registry_that_sends_another_jar_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_server: str
) -> None:
    """What a registry or a mirror sends is used only if it is what the lock names."""
    jar = tmp_path / "org/example/tool/1.0/tool-1.0.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"the jar")
    monkeypatch.setenv(MIRROR_SETTING, file_server)
    lock, folder = tmp_path / "lock", tmp_path / "jars"

    write_lock([Jar("org.example", "tool", "1.0", "0" * 64)], lock)
    with pytest.raises(LocalError, match="do not use it"):
        ensure_jars(folder, lock)
    assert list(folder.iterdir()) == []

    write_lock([Jar("org.example", "tool", "1.0", digest(jar))], lock)
    ensure_jars(folder, lock)
    assert [path.name for path in folder.iterdir()] == ["org.example.tool-1.0.jar"]
