"""The sample life as it is written: every sign has a value, every name somebody who bears it."""

from __future__ import annotations

from datetime import date

from leefwijk.local.sample.script import Known, filled, lives, named
from leefwijk.service.roles import Role

TODAY = date(2026, 11, 28)


def test_days_move_along_with_the_day_of_loading() -> None:
    """A sample that is loaded next year is a year younger."""
    known = Known(TODAY, {"lariks": "id-1"}, {"lariks": "event-1"})
    said = {
        "ago": "=day -30",
        "months": ["=month -11", "=month 2"],
        "end": "=end 1",
        "year": "=year",
        "at": "=moment 1 19:30",
        "id": "=id lariks",
        "event": "=event lariks",
        "plain": "Dinsdag",
    }
    assert filled(said, known) == {
        "ago": "2026-10-29",
        "months": ["2025-12-01", "2027-01-01"],
        "end": "2027-12-31",
        "year": 2026,
        "at": "2026-11-29T19:30:00+01:00",
        "id": "id-1",
        "event": "event-1",
        "plain": "Dinsdag",
    }


def test_every_life_points_at_lives_that_are_told() -> None:
    """No life waits for one that nobody tells; none is told twice."""
    found = lives()
    names = [life.name for life in found]
    assert len(names) == len(set(names))
    for life in found:
        assert set(life.after) <= set(names), life.name
        for step in (life, *life.steps):
            assert set(named(step.body)) <= set(names), life.name
            partner = step.who.split()[1] if step.who.startswith("partner ") else None
            assert partner in names if partner else Role(step.who), life.name
