"""Conditions and defects of single homes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from housing_mix.domain.condition import CorrectCondition, RecordCondition
from housing_mix.domain.defects import RecordDefect, Remedy, ResolveDefect
from housing_mix.domain.unit import Unit
from leefwijk.events.language.housing_mix.dwellings import (
    ConditionCorrected,
    ConditionRecorded,
    Defect,
    DefectRecorded,
    DefectRecurred,
    DefectResolved,
    Measure,
    Score,
)
from leefwijk.events.testing import given
from leefwijk.events.testing.specification import event_id

BUURT = "BU01060100@2020"
DAMP = Defect.DAMP_AND_MOULD


def _measured(score: int, on: date) -> ConditionRecorded:
    return ConditionRecorded(
        area=BUURT, complex="c-12", condition=Score(score=score, measured=on), on=on
    )


@pytest.mark.parametrize("score", [0, 7, 99])
def test_a_score_is_one_to_six(registered: Any, score: int) -> None:
    """NEN 2767 has six conditions."""
    known = given(registered(), at="2026-11-02T09:00:00Z").by("portfolio_manager")
    known.when(RecordCondition(score=score, measured=date(2026, 11, 1))).refused(
        "score-out-of-range"
    )


def test_a_measurement_is_recorded_and_corrected_in_the_open(registered: Any) -> None:
    """A wrong score is corrected with a reason and points at the event it corrects."""
    known = given(registered(), at="2026-11-02T09:00:00Z").by("portfolio_manager")
    day = date(2026, 11, 1)
    bad = known.when(RecordCondition(score=5, measured=day)).then(_measured(5, day))
    bad.when(RecordCondition(score=5, measured=day)).nothing()
    bad.when(RecordCondition(score=4, measured=date(2026, 11, 3))).refused("day-in-future")
    wrong = event_id(2)
    bad.when(CorrectCondition(corrects=wrong, score=3, measured=day)).refused("reason-missing")
    bad.when(
        CorrectCondition(corrects=event_id(9), score=3, measured=day, reason="wrong home")
    ).refused("unknown-measurement")
    right = bad.when(
        CorrectCondition(corrects=wrong, score=3, measured=day, reason="wrong home")
    ).then(
        ConditionCorrected(
            area=BUURT,
            complex="c-12",
            corrects=wrong,
            condition=Score(score=3, measured=day),
            on=day,
            reason="wrong home",
        )
    )
    found = right.state(Unit).condition
    assert (found.score, found.event, found.evidence) == (3, wrong, event_id(3))
    earlier = date(2026, 10, 1)
    moved = CorrectCondition(corrects=wrong, score=3, measured=earlier, reason="wrong day")
    (event,) = right.when(moved).events
    assert isinstance(event, ConditionCorrected)
    # who judged by the old day hears which it was
    assert (event.on, event.was) == (earlier, day)


def test_damp_that_comes_back_is_the_same_defect(registered: Any) -> None:
    """MIX-33: within twelve months it is the old one, open since it was recorded first."""
    known = given(registered(on=date(2026, 1, 1)), at="2026-04-13T09:00:00Z")
    found = known.when(RecordDefect(defect=DAMP, on=date(2026, 1, 12))).then(
        DefectRecorded(area=BUURT, complex="c-12", defect=DAMP, on=date(2026, 1, 12))
    )
    found.when(RecordDefect(defect=DAMP, on=date(2026, 2, 1))).nothing()
    repaired: dict[str, Any] = {
        "defect": DAMP,
        "measure": Remedy.REPAIRED,
        "what": "vent grille and injected wall",
        "on": date(2026, 3, 2),
    }
    found.when(ResolveDefect(**repaired)).refused("check-missing")
    advice = {**repaired, "measure": Remedy.ADVICE, "checked": date(2026, 4, 13)}
    found.when(ResolveDefect(**advice)).refused(
        "advice-is-no-remedy",
        saying="Advice may accompany a repair; it does not end a defect",
    )
    resolved = found.when(ResolveDefect(**repaired, checked=date(2026, 4, 13))).then(
        DefectResolved(
            area=BUURT,
            defect=DAMP,
            recorded=event_id(2),
            on=date(2026, 3, 2),
            measure=Measure.REPAIRED,
            what="vent grille and injected wall",
            checked=date(2026, 4, 13),
        )
    )
    assert not resolved.state(Unit).defects[DAMP].is_open
    again = resolved.at("2026-11-20T09:00:00Z")
    back = again.when(RecordDefect(defect=DAMP, on=date(2026, 11, 20))).then(
        DefectRecurred(area=BUURT, defect=DAMP, recorded=event_id(2), on=date(2026, 11, 20))
    )
    after = back.state(Unit).defects[DAMP]
    assert after.is_open
    assert (after.since, after.recurred) == (date(2026, 1, 12), 1)
    much_later = resolved.at("2027-03-03T09:00:00Z")
    (event,) = much_later.when(RecordDefect(defect=DAMP, on=date(2027, 3, 3))).events
    assert isinstance(event, DefectRecorded)
    last = resolved.at("2027-03-02T09:00:00Z")
    (event,) = last.when(RecordDefect(defect=DAMP, on=date(2027, 3, 2))).events
    assert isinstance(event, DefectRecurred)


def test_asbestos_left_in_place_is_managed(registered: Any) -> None:
    """Bound asbestos is managed, apart from open and from resolved; other defects cannot be."""
    known = given(registered(on=date(2026, 1, 1)), at="2026-04-13T09:00:00Z")
    told: dict[str, Any] = {
        "measure": Remedy.MANAGED_IN_PLACE,
        "what": "bound, sealed and registered",
        "on": date(2026, 3, 2),
        "checked": date(2026, 3, 3),
    }
    for defect, codes in ((Defect.ASBESTOS, ()), (Defect.LEAD_PIPES, ("measure-does-not-fit",))):
        found = known.when(RecordDefect(defect=defect, on=date(2026, 2, 1))).recorded()
        decided = found.when(ResolveDefect(defect=defect, **told))
        if codes:
            decided.refused(*codes)
        else:
            assert decided.recorded().state(Unit).defects[defect].managed
    known.when(ResolveDefect(defect=DAMP, **told)).refused("no-open-defect")
