"""The runner of the fault suite counts what counts, and fails where it must."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest
from fault_cycle import Hit
from fault_kit import Fault, load_faults
from fault_run import Run


class _Fault(Fault):
    name = "stumble"


def _run(tmp_path: Path, *hits: Hit) -> Run:
    run = Run(Namespace(seeds=2, first=1, out=tmp_path))
    run.hits = list(hits)
    return run


def _hit(*violations: str, under_way: int = 1, unsent: int = 0) -> Hit:
    return Hit("stumble", 1, under_way, unsent, 30, 2, 5, 1.5, list(violations))


def test_enough_hits_without_a_violation_are_well(tmp_path: Path) -> None:
    """Two sound hits of two: all is well, and the table names the slowest recovery."""
    lines, well = _run(tmp_path, _hit(), _hit()).table([_Fault()])

    assert well
    assert "1.5 of 30 s" in lines[1]


@pytest.mark.parametrize(
    "hits",
    [
        [_hit(), _hit("store: acknowledged and not stored")],
        [_hit()],
        [_hit(), _hit(under_way=0)],
        [],
    ],
    ids=["a violation", "too few hits", "a strike in vain", "none"],
)
def test_a_violation_or_too_few_hits_are_not_well(tmp_path: Path, hits: list[Hit]) -> None:
    """A violation fails the run, and so does a fault that did not strike amid work often enough."""
    assert not _run(tmp_path, *hits).table([_Fault()])[1]


def test_events_that_wait_to_be_sent_make_a_hit_count() -> None:
    """A strike counts if commands were unacknowledged or events unsent, and not otherwise."""
    assert _hit(under_way=0, unsent=3).counts
    assert not _hit(under_way=0).counts


def test_every_fault_says_what_it_promises() -> None:
    """Each fault has a name of its own and a time within which everything agrees again."""
    for name, fault in load_faults().items():
        assert fault.name == name
        assert 0 < fault.recovers_within <= 120
