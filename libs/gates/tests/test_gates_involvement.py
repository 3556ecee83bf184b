"""Residents' involvement: about this, here, in time, and told what was promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from leefwijk.events.language.gates import GateLine, GateOutcome, KnowledgeState
from leefwijk.gates.involvement import Check, Checks, Untold, involvement
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.place import Place

WIJK = "WK010601@2020"
LARIKS = tuple(f"BU0106010{number}@2020" for number in range(6))
NOW = datetime(2026, 10, 12, 9, tzinfo=UTC)
ABOVE = (WIJK, "GM0106@2020")
WHOLE = Place(
    WIJK,
    within=("GM0106@2020",),
    parts=LARIKS,
    within_of_part=tuple((buurt, ABOVE) for buurt in LARIKS),
)
TENANTS = Untold("tenants", "38.0", "consulted")
OWNERS = Untold("owners", "26.0", "informed")


def _check(name: str, *asked: str, theme: str = "greening", through: str = "2027-02-10") -> Check:
    return Check(
        name,
        (theme,),
        frozenset(asked),
        date(2026, 2, 10),
        date.fromisoformat(through),
        (name,),
    )


def _line(place: Place, *checks: Check, theme: str = "greening", now: datetime = NOW) -> GateLine:
    return involvement((theme,), place, Checks(checks, Freshness(now)), At(now))


def _buurt(number: int) -> Place:
    return Place(LARIKS[number], within=ABOVE)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (datetime(2027, 2, 10, 22, 30, tzinfo=UTC), None),
        (datetime(2027, 2, 10, 23, 0, tzinfo=UTC), "involvement-check-expired"),
    ],
)
def test_the_calendar_decides_not_the_word_of_expiry(now: datetime, code: str | None) -> None:
    """PAR-10: valid through 10 February 2027, to the minute in Assen; the evidence is the check."""
    line = _line(_buurt(0), _check("p", LARIKS[0]), now=now)
    assert line.code == code
    assert line.evidence == ("p",)
    if code is None:
        assert line.valid_through == date(2027, 2, 10)
        return
    assert "Residents were last asked on 10 February 2026; ask again." in line.reason
    assert line.since == date(2027, 2, 11)
    assert line.knowledge is KnowledgeState.KNOWN


@pytest.mark.parametrize(
    ("place", "theme", "code", "named"),
    [
        (_buurt(2), "greening", None, ()),
        (_buurt(5), "greening", "involvement-check-other-area", (LARIKS[5],)),
        (_buurt(2), "safety", "involvement-check-other-subject", ("greening", "safety")),
        (
            WHOLE,
            "greening",
            "involvement-check-other-area",
            (LARIKS[1], LARIKS[4], LARIKS[5]),
        ),
    ],
)
def test_a_check_opens_it_for_its_subject_and_places(
    place: Place, theme: str, code: str | None, named: tuple[str, ...]
) -> None:
    """PAR-11: (a) to (d), naming exactly the buurten that were not asked."""
    asked = (LARIKS[0], LARIKS[2], LARIKS[3])
    line = _line(place, _check("p", *asked), theme=theme)
    assert line.code == code
    assert all(name in line.reason for name in named)
    if code == "involvement-check-other-area":
        assert not any(buurt in line.reason for buurt in asked)


def test_two_checks_together_cover_a_wijk_and_the_first_that_ends_ends_it() -> None:
    """PAR-11: both are evidence; together they count until the first of the two is over."""
    first = _check("p", LARIKS[0], LARIKS[2], LARIKS[3])
    second = _check("q", LARIKS[1], LARIKS[4], LARIKS[5], through="2026-12-31")
    line = _line(WHOLE, first, second)
    assert line.outcome is GateOutcome.PASSED
    assert set(line.evidence) == {"p", "q"}
    assert line.valid_through == date(2026, 12, 31)


def test_an_area_as_people_live_it_is_covered_with_each_of_its_parts() -> None:
    """PAR-11: an experienced area of two buurten of two wijken asks for both of them."""
    pittelo = "BU01060400@2020"
    lived = Place(
        "XA0123456789ab@1",
        parts=(LARIKS[0], pittelo),
        within_of_part=((LARIKS[0], ABOVE), (pittelo, ("WK010604@2020", "GM0106@2020"))),
    )
    half = _line(lived, _check("p", LARIKS[0]))
    assert half.code == "involvement-check-other-area"
    assert pittelo in half.reason
    assert LARIKS[0] not in half.reason
    both = _line(lived, _check("p", LARIKS[0]), _check("q", "WK010604@2020"))
    assert both.outcome is GateOutcome.PASSED
    assert _line(lived, _check("p", lived.area)).outcome is GateOutcome.PASSED


def test_a_building_covers_no_street_and_a_street_covers_its_building() -> None:
    """PAR-11: a check on one building counts for what takes place in it, and for nothing else."""
    building = _check("p", "c1")
    assert _line(_buurt(0), building).code == "involvement-check-other-area"
    inside = replace(_buurt(0), complex="c1")
    assert _line(inside, building).outcome is GateOutcome.PASSED
    assert _line(inside, _check("q", LARIKS[0])).outcome is GateOutcome.PASSED
    other = replace(_buurt(0), complex="c2")
    assert _line(other, building).code == "involvement-check-other-area"


def test_a_promise_below_the_wish_waits_until_it_is_told() -> None:
    """PAR-12: 38.0 % of the tenants wanted more than consulting; they are told first."""
    check = _check("p", LARIKS[0])
    line = _line(_buurt(0), replace(check, untold=(TENANTS,)))
    assert (line.outcome, line.code) == (GateOutcome.FAILED, "promise-below-wish-not-told")
    assert line.reason == "38.0 % of the tenants wanted more than consulting; tell them why first."
    both = _line(_buurt(0), replace(check, untold=(TENANTS, OWNERS)))
    assert "26.0 % of the owners wanted more than informing; tell them why first." in both.reason
    assert _line(_buurt(0), check).outcome is GateOutcome.PASSED


def test_a_small_group_is_not_told_in_figures() -> None:
    """PAR-12, DESIGN 8.8: where the share is not shown the line says no number."""
    hidden = replace(_check("p", LARIKS[0]), untold=(Untold("private_renters"),))
    line = _line(_buurt(0), hidden)
    assert line.reason == (
        "Among the private renters some wanted more than was promised; tell them why first."
    )


def test_a_doubted_conclusion_opens_nothing_new() -> None:
    """PAR-13: in doubt since the day of the correction, by the fact that says so."""
    check = replace(_check("p", LARIKS[0]), doubted=date(2026, 10, 10), more_evidence=("doubt",))
    line = _line(_buurt(0), check)
    assert (line.outcome, line.code) == (GateOutcome.FAILED, "involvement-check-in-doubt")
    assert (line.since, line.evidence) == (date(2026, 10, 10), ("p", "doubt"))
    before = _line(_buurt(0), check, now=datetime(2026, 10, 9, 9, tzinfo=UTC))
    assert before.outcome is GateOutcome.PASSED


def test_a_withdrawn_check_opens_nothing() -> None:
    """PAR-13: held in the wrong building: withdrawn, from that day on."""
    check = replace(_check("p", LARIKS[0]), withdrawn=date(2026, 10, 10), more_evidence=("gone",))
    line = _line(_buurt(0), check)
    assert (line.code, line.since) == ("involvement-check-withdrawn", date(2026, 10, 10))
    assert line.reason == "The check of involvement was withdrawn on 10 October 2026."


SOUND = _check("sound", LARIKS[0])
WRONG = {
    "promise-below-wish-not-told": replace(SOUND, check="w", evidence=("w",), untold=(TENANTS,)),
    "involvement-check-in-doubt": replace(
        SOUND, check="w", evidence=("w",), doubted=date(2026, 10, 1)
    ),
    "involvement-check-expired": replace(
        SOUND, check="w", evidence=("w",), valid_through=date(2026, 10, 11)
    ),
    "involvement-check-withdrawn": replace(
        SOUND, check="w", evidence=("w",), withdrawn=date(2026, 10, 1)
    ),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_sound_check_is_not_hidden_by_another(code: str) -> None:
    """INI-10: one that is expired, withdrawn, in doubt or not told does not hide a valid one."""
    assert _line(_buurt(0), WRONG[code]).code == code
    for checks in ((WRONG[code], SOUND), (SOUND, WRONG[code])):
        line = _line(_buurt(0), *checks)
        assert (line.outcome, line.evidence) == (GateOutcome.PASSED, ("sound",))


@pytest.mark.parametrize("code", WRONG)
def test_a_part_that_is_covered_badly_says_why(code: str) -> None:
    """PAR-11: each part must be covered soundly; the weakest that was needed says what is wrong."""
    rest = _check("rest", *LARIKS[1:])
    line = _line(WHOLE, rest, WRONG[code])
    assert (line.outcome, line.code) == (GateOutcome.FAILED, code)


def test_who_asks_anew_is_held_to_the_new_answer() -> None:
    """PAR-09: where people were asked anew the later check counts, also where it opens nothing."""
    old = _check("old", *LARIKS)
    anew = replace(_check("new", LARIKS[0]), untold=(TENANTS,), supersedes=("old",))
    assert _line(_buurt(0), old, anew).code == "promise-below-wish-not-told"
    elsewhere = _line(_buurt(1), old, anew)
    assert (elsewhere.outcome, elsewhere.evidence) == (GateOutcome.PASSED, ("old",))
    gone = replace(anew, withdrawn=date(2026, 10, 1))
    assert _line(_buurt(0), old, gone).evidence == ("old",)


def test_nobody_answered_is_said_with_it() -> None:
    """PAR-05: it passes, with the remark that people were asked twice."""
    line = _line(_buurt(0), replace(SOUND, remark="asked twice, no answer"))
    assert line.outcome is GateOutcome.PASSED
    assert "asked twice, no answer" in line.reason
