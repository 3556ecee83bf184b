"""No other party primarily responsible: by roles, by a look at this very effort, by a programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from leefwijk.events.language.gates import GateLine, GateOutcome
from leefwijk.events.language.initiatives.plans import Programme
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.parties import Claim, Parties, PartyRole, Responsibility, no_other_party
from leefwijk.gates.place import Place
from leefwijk.gates.programme import still_run_by

BUURT = "BU01060100@2020"
HERE = Place(BUURT, within=("WK010601@2020", "GM0106@2020"))
NOW = datetime(2026, 6, 12, 9, tzinfo=UTC)
M5 = PartyRole("Assen", "GM0106@2020", "public-space", date(2020, 1, 1), ("m5",))
M12 = PartyRole("Assen", BUURT, "play-corner", date(2026, 6, 1), ("m12",))
PLAN = ("plan",)
MOWING = Claim(subjects=("public-space",), evidence=PLAN)
CORNER = Claim(subjects=("play-corner",), evidence=PLAN)
OWN = Responsibility(None, "own ground", date(2026, 5, 10), ("looked", "returned"))


def _line(claim: Claim, *roles: PartyRole, now: datetime = NOW) -> GateLine:
    return no_other_party(claim, HERE, Parties(roles, Freshness(now)), At(now))


def test_who_is_responsible_for_something_else_was_looked_at() -> None:
    """INI-07: the proposal and M5: a meeting is not public space."""
    line = _line(Claim(evidence=PLAN), M5)
    assert (line.outcome, line.evidence) == (GateOutcome.PASSED, ("plan", "m5"))
    assert line.reason == (
        "Nobody else is known to be primarily responsible. "
        "Responsible here, but not for this: Assen for public-space."
    )
    elsewhere = replace(M5, area="GM0085@2020")
    assert _line(Claim(evidence=PLAN), elsewhere).evidence == PLAN
    over = replace(M5, through=date(2026, 6, 11))
    assert _line(Claim(evidence=PLAN), over).evidence == PLAN


def test_what_is_anothers_is_referred() -> None:
    """INI-15: mowing the municipal verge: M5, since when, and the way on."""
    line = _line(MOWING, M5)
    assert (line.outcome, line.code) == (GateOutcome.FAILED, "other-party-responsible")
    assert (line.evidence, line.way_on) == (("m5", "plan"), "Refer it.")
    assert line.reason == "Assen is primarily responsible since 1 January 2020."
    assert line.overridable_by is None
    claimed = _line(Claim(other_party="The water board", evidence=PLAN))
    assert claimed.code == "other-party-responsible"
    assert "The water board" in claimed.reason


@pytest.mark.parametrize(
    ("now", "passes"),
    [
        (datetime(2026, 5, 31, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 5, 31, 22, 0, tzinfo=UTC), False),
    ],
)
def test_a_role_counts_from_its_first_day(now: datetime, passes: bool) -> None:
    """INI-19: from 1 June in Assen; before, the line says until when it passes."""
    line = _line(CORNER, M12, now=now)
    assert line.passes is passes
    if passes:
        assert line.valid_through == date(2026, 5, 31)
    else:
        assert (line.since, line.evidence) == (date(2026, 6, 1), ("m12", "plan"))


def test_a_look_at_this_effort_settles_what_was_there_then() -> None:
    """INI-05: M5 stands unchanged; with the assessment the corporation is responsible."""
    line = _line(replace(MOWING, assessed=OWN), M5)
    assert (line.outcome, line.evidence) == (GateOutcome.PASSED, ("looked", "returned"))
    assert line.reason == "The corporation is responsible: own ground."
    other = replace(OWN, other="Assen", because="it is on the verge")
    failed = _line(replace(MOWING, assessed=other), M5)
    assert failed.code == "other-party-responsible"
    assert failed.evidence == ("m5", "plan", "looked", "returned")
    assert failed.since == date(2026, 5, 10)


def test_who_becomes_responsible_after_that_look_is() -> None:
    """INI-19: only what came later bears on it, since its own day and not that of an older role."""
    both = replace(CORNER, subjects=("public-space", "play-corner"), assessed=OWN)
    line = _line(both, M5, M12)
    assert line.code == "other-party-responsible"
    assert (line.since, line.evidence) == (date(2026, 6, 1), ("m12", "plan"))


def test_a_contribution_to_a_programme_that_the_law_allows() -> None:
    """INI-18: social work for own tenants, run by its own organisation; nothing taken over."""
    welfare = PartyRole("Welfare", BUURT, "social-work", date(2020, 1, 1), ("m11",))
    visits = Claim(
        subjects=("social-work",),
        programme_of="Welfare",
        lawful_contribution=True,
        evidence=PLAN,
    )
    line = _line(visits, welfare)
    assert (line.outcome, line.evidence) == (GateOutcome.PASSED, ("m11", "plan"))
    assert line.reason == "Contribution to a programme of the responsible organisation."
    for taken in (
        replace(visits, lawful_contribution=False),
        replace(visits, programme_of=None),
    ):
        assert _line(taken, welfare).code == "other-party-responsible"


WELFARE = PartyRole(
    "Welfare", BUURT, "social-work", date(2020, 1, 1), ("m11",), partner="welfare-assen"
)
VISITS = Claim(
    subjects=("social-work",), programme_of="Welfare", lawful_contribution=True, evidence=PLAN
)


@pytest.mark.parametrize("roles", [(), (M5,), (WELFARE,), (M5, WELFARE)])
@pytest.mark.parametrize("stated", ["Welfare", " welfare "])
def test_the_programmes_own_organisation_may_be_called_responsible(
    stated: str, roles: tuple[PartyRole, ...]
) -> None:
    """INI-18: such a programme stays with its organisation; saying so closes no door."""
    line = _line(replace(VISITS, other_party=stated), *roles)
    assert line.outcome is GateOutcome.PASSED
    assert line.reason == "Contribution to a programme of the responsible organisation."
    assert line.evidence == (("m11", "plan") if WELFARE in roles else PLAN)


def test_it_may_be_called_by_either_of_its_names() -> None:
    """INI-18: by its name in one place, by that under which it is registered in another."""
    by_id = replace(VISITS, programme_of="welfare-assen", other_party="Welfare")
    assert _line(by_id, WELFARE).passes
    assert _line(
        replace(by_id, programme_of="Welfare", other_party="welfare-assen"), WELFARE
    ).passes
    # without a role that joins the two names they are two parties
    assert _line(by_id).code == "other-party-responsible"


@pytest.mark.parametrize(
    "changed",
    [
        {"other_party": "The water board"},
        {"programme_of": None},
        {"lawful_contribution": False},
    ],
)
@pytest.mark.parametrize("roles", [(), (WELFARE,)])
def test_any_other_party_that_is_called_responsible_is(
    changed: dict[str, Any], roles: tuple[PartyRole, ...]
) -> None:
    """INI-18: one place where another's responsibility does not close the door, and no second."""
    line = _line(replace(VISITS, **{"other_party": "Welfare", **changed}), *roles)
    assert line.code == "other-party-responsible"
    assert (changed.get("other_party") or "Welfare") in line.reason


@pytest.mark.parametrize(
    ("programme", "named", "runs_it"),
    [
        (None, None, None),
        (None, "Welfare", "Welfare"),
        (Programme(organisation="Welfare"), None, "Welfare"),
        (Programme(organisation="Welfare"), "Care", "Care"),
        (Programme(organisation="Welfare", taken_over=True), None, None),
        (Programme(organisation="Welfare", taken_over=True), "Welfare", None),
    ],
)
def test_a_programme_that_is_taken_over_is_nobody_elses(
    programme: Programme | None, named: str | None, runs_it: str | None
) -> None:
    """INI-18: whoever is named beside it, the corporation would run it instead."""
    assert still_run_by(programme, named) == runs_it
