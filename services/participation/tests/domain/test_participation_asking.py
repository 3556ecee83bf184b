"""Opening a check, asking, and what partners hand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from leefwijk.events.decider import Actor
from leefwijk.events.fields import Theme
from leefwijk.events.language.monitoring.partners import PartnerKind
from leefwijk.events.language.participation.involvement_checks import (
    AskingRecorded,
    CheckOpened,
    PartnerAskingAdopted,
    PartnerAskingHandedIn,
    RelatesTo,
)
from leefwijk.events.language.participation.ladder import (
    Answers,
    NotNowReason,
    OwnRole,
    ReasonCount,
    Wish,
)
from leefwijk.events.language.participation.words import Form, Group, LeadingWish, Level
from leefwijk.events.testing import Specification, given
from participation.domain.asking import (
    AdoptPartnerAsking,
    HandInPartnerAsking,
    OpenCheck,
    PartnerAsking,
    RecordAsking,
)
from participation.domain.concluding import ConcludeCheck, Promise
from participation.domain.involvement_check import InvolvementCheck, Status
from participation.domain.parties import KnownParty
from participation.domain.places import (
    AgeShares,
    EarlierChecks,
    EarlierDecision,
    KnownArea,
    KnownPlaces,
)
from participation.domain.wish import leading_wish, percent

Check = Callable[..., Specification]

PITTELO = "WK010604@2020"
LUCHIESLAND = "BU01060105@2020"
PEELO = "WK010606@2020"
OPEN = OpenCheck(
    area=PITTELO, themes=(Theme.MEETING, Theme.GREENING), groups=(Group.TENANTS, Group.OWNERS)
)
DOOR = Answers(
    not_now=22, informed=24, consulted=14, advise=10, help=12, co_decide=5, self_manage=1
)

ASSEN = KnownParty("gemeente-assen", PartnerKind.MUNICIPALITY, frozenset({"GM0106"}))


def test_a_check_needs_no_plan() -> None:
    """PAR-01: a check may be opened when there is nothing concrete yet."""
    (opened,) = (
        given()
        .by("neighbourhood_worker")
        .knowing(KnownArea(PITTELO, ("GM0106",)), EarlierDecision())
        .when(OPEN)
        .events
    )
    assert isinstance(opened, CheckOpened)
    assert (opened.relates_to, opened.relates_to_id) == (RelatesTo.NONE, None)
    assert (opened.late, opened.decided_on) == (False, None)


def test_a_check_after_the_decision_is_late_and_says_why() -> None:
    """PAR-01: where support was granted first, a check needs a reason, and is late for ever."""
    after = (
        given(at="2026-05-18T09:00:00Z")
        .by("neighbourhood_worker")
        .knowing(KnownArea(PITTELO, ("GM0106",)), EarlierDecision(date(2026, 5, 4)))
    )
    after.when(OPEN).refused(
        "late-check-needs-reason",
        saying="The decision of 4 May came first; say why residents are asked only now.",
    )
    told = after.when(OPEN.model_copy(update={"reason": "it could not wait"}))
    (opened,) = told.events
    assert isinstance(opened, CheckOpened)
    assert (opened.late, opened.decided_on) == (True, date(2026, 5, 4))
    assert "could not wait" not in opened.to_json()
    assert "late:yes" in told.recorded().state(InvolvementCheck).listing().terms()


def test_a_check_on_a_few_homes_would_point_at_a_household() -> None:
    """PAR-20: a group of fewer than five homes cannot be formed at all."""
    known = given().knowing(KnownArea(PITTELO, ("GM0106",)), EarlierDecision())
    few = {"complex": "porch-7", "homes": 4}
    known.when(OPEN.model_copy(update=few)).refused("points-at-household")
    known.when(OPEN.model_copy(update={"complex": "porch-7"})).refused("points-at-household")
    known.when(OPEN.model_copy(update={**few, "homes": 5})).recorded()


def test_silence_is_not_not_now(check: Check) -> None:
    """PAR-02: not now is an answer; who was not reached is in the response only."""
    spec = check(Group.TENANTS, area=LUCHIESLAND, on="2026-09-14T09:00:00Z")
    record = RecordAsking(
        group=Group.TENANTS,
        form=Form.DOOR_TO_DOOR,
        on=date(2026, 9, 12),
        invited=240,
        answers=DOOR,
        total=88,
    )
    (recorded,) = spec.when(record).events
    assert isinstance(recorded, AskingRecorded)
    assert recorded.answers.total == 88
    assert percent(recorded.answers.total, 240) == "36.7"
    assert percent(DOOR.not_now, DOOR.total) == "25.0"
    assert (DOOR.ladder, DOOR.reach(Level.HELP)) == (66, 18)
    assert (percent(18, 66), percent(6, 66)) == ("27.3", "9.1")
    assert leading_wish(DOOR) is LeadingWish.HELP
    too_many = record.model_copy(update={"invited": 87})
    spec.when(too_many).refused("more-answers-than-invited")
    more = record.model_copy(
        update={"answers": DOOR.model_copy(update={"not_now": 175}), "total": 241}
    )
    spec.when(more).refused("more-answers-than-invited")
    spec.when(record.model_copy(update={"total": 87})).refused("counts-do-not-add-up")


def test_a_reason_is_given_by_no_more_than_said_not_now(check: Check) -> None:
    """PAR-04: a person may give more reasons than one, but no reason has more people."""
    spec = check(Group.TENANTS, on="2026-09-16T09:00:00Z")

    def asking(money: int) -> RecordAsking:
        reasons = (
            ReasonCount(reason=NotNowReason.STRESS, people=9),
            ReasonCount(reason=NotNowReason.MONEY_WORRIES, people=money),
            ReasonCount(reason=NotNowReason.HEALTH, people=2),
        )
        return RecordAsking(
            group=Group.TENANTS,
            form=Form.KITCHEN_TABLE,
            on=date(2026, 9, 15),
            invited=31,
            answers=Answers(not_now=17),
            reasons=reasons,
        )

    spec.when(asking(11)).recorded()
    spec.when(asking(18)).refused("counts-do-not-add-up")


def _handing_in(**more: object) -> HandInPartnerAsking:
    return HandInPartnerAsking(area=PEELO, themes=(Theme.GREENING,)).model_copy(update=more)


def test_a_partners_word_is_no_check_but_its_counts_can_be() -> None:
    """PAR-14: counts are handed in, adopted and concluded; the source stays named."""
    partner = Actor(2, "partner", frozenset({"GM0106"}), "gemeente-assen")
    spec = replace(given(at="2026-05-06T09:00:00Z"), actor=partner).knowing(
        KnownArea(PEELO, ("GM0106",)),
        KnownPlaces({PEELO: frozenset({PEELO})}),
        EarlierDecision(),
        ASSEN,
    )
    spec.when(_handing_in(statement="residents were consulted this spring")).refused(
        "statement-without-counts",
        saying="Say who was asked, how, when, and how many wished what.",
    )
    asking = PartnerAsking(
        group=Group.TENANTS,
        form=Form.MEETING,
        on=date(2026, 4, 18),
        answers=Answers(informed=30, consulted=12),
    )
    handed = spec.when(_handing_in(askings=(asking,)))
    (fact,) = handed.events
    assert isinstance(fact, PartnerAskingHandedIn)
    assert fact.partner == "gemeente-assen"
    after = handed.recorded().by("neighbourhood_worker")
    assert after.state(InvolvementCheck).status is Status.HANDED_IN
    conclude = ConcludeCheck(
        groups=(Promise(group=Group.TENANTS, promise=Wish.CONSULTED),), role=OwnRole.SUPPORT
    )
    after.when(conclude).refused("check-not-open")
    adopted = after.when(AdoptPartnerAsking(asking=fact.asking)).then(
        PartnerAskingAdopted(area=PEELO, asking=fact.asking, partner="gemeente-assen")
    )
    adopted.when(AdoptPartnerAsking(asking=fact.asking)).nothing()
    (concluded,) = adopted.knowing(AgeShares(), EarlierChecks()).when(conclude).events
    assert concluded.valid_until == date(2027, 4, 18)  # type: ignore[attr-defined]  # a conclusion


def test_a_partner_hands_in_for_its_own_municipality() -> None:
    """PAR-14: handing in for Hoogeveen is refused to the municipality of Assen."""
    partner = Actor(2, "partner", frozenset({"GM0106"}), "gemeente-assen")
    spec = replace(given(), actor=partner).knowing(
        KnownArea("WK011850@2020", ("GM0118",)), KnownPlaces(), ASSEN
    )
    spec.when(_handing_in(area="WK011850@2020")).refused("outside-own-municipality")


def test_a_partner_asked_in_no_municipality_but_its_own() -> None:
    """PAR-14: each municipality of each place asked in counts, also where the area has several."""
    across, ours, theirs = "XA0000000000ab@1", "BU01060100@2020", "BU01180100@2020"
    partner = Actor(2, "partner", frozenset({"GM0106"}), "gemeente-assen")
    lies_in = {across: ("GM0106", "GM0118"), ours: ("GM0106",), theirs: ("GM0118",)}
    around = {place: frozenset({place, across}) for place in lies_in}
    spec = replace(given(at="2026-05-06T09:00:00Z"), actor=partner).knowing(
        KnownArea(across, lies_in[across]), KnownPlaces(around, lies_in), ASSEN
    )

    def asking(*places: str) -> PartnerAsking:
        return PartnerAsking(
            group=Group.TENANTS,
            form=Form.MEETING,
            on=date(2026, 4, 18),
            asked_in=places,
            answers=Answers(informed=30),
        )

    for places in ((theirs,), (ours, theirs), ()):
        askings = (asking(ours), asking(*places))
        spec.when(_handing_in(area=across, askings=askings)).refused("outside-own-municipality")
    mine = _handing_in(area=across, askings=(asking(ours),))
    (fact,) = spec.when(mine).events
    assert isinstance(fact, PartnerAskingHandedIn)
    assert fact.asked_in == (ours,)
    # an account outlives the work: what counts is where the partner works with us today
    gone = replace(ASSEN, works_in=frozenset())
    spec.knowing(gone).when(mine).refused("outside-own-municipality")


def test_what_is_named_twice_is_one() -> None:
    """PAR-01, PAR-11: a theme or a place that is named twice is asked about once."""
    spec = given(at="2026-09-01T09:00:00Z").knowing(
        KnownArea(PITTELO, ("GM0106",)),
        EarlierDecision(),
        KnownPlaces({PITTELO: frozenset({PITTELO})}),
    )
    meeting = Theme.MEETING
    opened = spec.when(OpenCheck(area=PITTELO, themes=(meeting, meeting), groups=(Group.TENANTS,)))
    (event,) = opened.events
    assert isinstance(event, CheckOpened)
    assert event.themes == (meeting,)
    ask = RecordAsking(
        group=Group.TENANTS,
        form=Form.MEETING,
        on=date(2026, 9, 1),
        asked_in=(PITTELO, PITTELO),
        answers=Answers(informed=9),
    )
    (event,) = opened.recorded().when(ask).events
    assert isinstance(event, AskingRecorded)
    assert event.asked_in == (PITTELO,)
