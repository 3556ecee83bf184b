"""What the gate of involvement reads in the facts that participation records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import GateLine
from leefwijk.events.language.participation.involvement_checks import (
    AskingRecorded,
    CorrectionReason,
    WithdrawalReason,
)
from leefwijk.events.language.participation.ladder import Answers, OwnRole, Wish
from leefwijk.events.language.participation.words import Explanation, Form, Group
from leefwijk.events.testing import Specification
from leefwijk.events.testing.clock import moment
from leefwijk.events.testing.specification import event_id
from leefwijk.gates.involvement import Checks, involvement
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.place import Place
from leefwijk.gates.told import check_told
from participation.domain.afterwards import CorrectAsking, TellExplanation, WithdrawCheck
from participation.domain.concluding import ConcludeCheck, Promise

Check = Callable[..., Specification]
Asked = Callable[..., AskingRecorded]
LARIKS = "WK010601@2020"
BUURTEN = tuple(f"BU0106010{number}@2020" for number in range(6))
WIJK = Place(LARIKS, parts=BUURTEN)
T = Group.TENANTS


def gate(
    spec: Specification, now: str, place: Place = WIJK, theme: Theme = Theme.MEETING
) -> GateLine:
    """The gate at a moment, by what this check and no other has told."""
    told = [(event, str(event_id(number))) for number, (event, _) in enumerate(spec.events, 1)]
    check = check_told("c1", told)
    at = At(moment(now))
    found = (check,) if check is not None else ()
    return involvement((theme.value,), place, Checks(found, Freshness(at.now)), at)


def conclude(promise: Promise | Wish) -> ConcludeCheck:
    """Promise tenants something."""
    one = promise if isinstance(promise, Promise) else Promise(group=T, promise=promise)
    return ConcludeCheck(groups=(one,), role=OwnRole.SUPPORT)


EXPLAINED = Promise(
    group=T,
    promise=Wish.CONSULTED,
    explanation=Explanation.MONEY,
    explanation_text="Het geld is op",
)
MEETING = {"informed": 40, "consulted": 22, "advise": 13, "help": 17, "co_decide": 6}


def test_informed_and_asked_again_opens_the_gate(check: Check, asked: Asked) -> None:
    """PAR-04: who all say not now, are informed and asked again, have been asked."""
    spec = check(T, on="2026-09-16T09:00:00Z").and_(
        asked(T, Form.KITCHEN_TABLE, date(2026, 9, 15), invited=31, not_now=17)
    )
    again = Promise(group=T, promise=Wish.INFORMED, ask_again_on=date(2027, 3, 1))
    done = spec.when(conclude(again)).recorded()
    assert gate(done, "2026-09-17T09:00:00Z").passes
    last = Promise(group=T, promise=Wish.INFORMED, ask_again_on=date(2027, 9, 15))
    spec.when(conclude(last)).recorded()


def test_two_tries_without_an_answer_open_the_gate_with_a_remark(
    check: Check, asked: Asked
) -> None:
    """PAR-05: through 19 March 2027, saying that nobody answered two tries."""
    spec = check(T, on="2026-09-21T09:00:00Z").and_(
        asked(T, Form.LETTER, date(2026, 9, 1), invited=64),
        asked(T, Form.DOOR_TO_DOOR, date(2026, 9, 19), name="a2", invited=64),
    )
    done = spec.when(conclude(Wish.INFORMED)).recorded()
    line = gate(done, "2027-03-19T22:59:59Z")
    assert (line.passes, line.valid_through) == (True, date(2027, 3, 19))
    assert "asked twice, no answer" in line.reason
    assert gate(done, "2027-03-19T23:00:00Z").code == "involvement-check-expired"


def test_the_gate_looks_at_the_calendar(check: Check, asked: Asked) -> None:
    """PAR-10: at half past eleven it passes, at midnight not, and nobody told of an expiry."""
    spec = check(T, on="2026-02-10T09:00:00Z").and_(
        asked(T, Form.MEETING, date(2026, 2, 10), informed=9)
    )
    done = spec.when(conclude(Wish.INFORMED)).recorded()
    assert gate(done, "2027-02-10T23:30:00+01:00").passes
    line = gate(done, "2027-02-11T00:00:00+01:00")
    assert line.code == "involvement-check-expired"
    assert "Residents were last asked on 10 February 2026; ask again." in line.reason
    assert line.evidence == (str(event_id(3)),)


def test_covered_is_where_people_were_asked_about_this(check: Check, asked: Asked) -> None:
    """PAR-11: three buurten of six, about greening; the wijk it was opened for is not covered."""
    three = (BUURTEN[0], BUURTEN[2], BUURTEN[3])
    spec = check(T, theme=Theme.GREENING, on="2026-09-21T09:00:00Z").and_(
        asked(T, Form.MEETING, date(2026, 9, 1), asked_in=three, informed=9)
    )
    done = spec.when(conclude(Wish.INFORMED)).recorded()
    now, green = "2026-10-01T09:00:00Z", Theme.GREENING
    inside, outside = (Place(BUURTEN[number], within=(LARIKS,)) for number in (2, 5))
    assert gate(done, now, inside, green).passes
    elsewhere = gate(done, now, outside, green)
    assert elsewhere.code == "involvement-check-other-area"
    assert BUURTEN[5] in elsewhere.reason
    assert gate(done, now, inside, Theme.SAFETY).code == "involvement-check-other-subject"
    whole = gate(done, now, WIJK, green)
    assert whole.code == "involvement-check-other-area"
    missing = [buurt for buurt in BUURTEN if buurt in whole.reason]
    assert missing == [BUURTEN[1], BUURTEN[4], BUURTEN[5]]


def test_a_building_does_not_cover_its_street(check: Check, asked: Asked) -> None:
    """PAR-11: a check on one building opens nothing around it."""
    spec = check(T, complex="flat-1", on="2026-09-21T09:00:00Z").and_(
        asked(T, Form.MEETING, date(2026, 9, 1), informed=9)
    )
    done = spec.when(conclude(Wish.INFORMED)).recorded()
    now = "2026-10-01T09:00:00Z"
    assert gate(done, now).code == "involvement-check-other-area"
    assert gate(done, now, Place(LARIKS, complex="flat-1")).passes


def test_the_gate_waits_until_tenants_heard_why(check: Check, asked: Asked) -> None:
    """PAR-12: telling owners does not open it; telling tenants does."""
    spec = check(T, Group.OWNERS, on="2026-10-05T09:00:00Z").and_(
        asked(T, Form.MEETING, date(2026, 10, 1), not_now=30, self_manage=2, **MEETING),
        asked(Group.OWNERS, Form.MEETING, date(2026, 10, 1), name="o", consulted=20, advise=20),
    )
    owners = Promise(group=Group.OWNERS, promise=Wish.ADVISE)
    both = ConcludeCheck(groups=(EXPLAINED, owners), role=OwnRole.SUPPORT)
    done = spec.when(both).recorded().at("2026-10-13T09:00:00Z")
    line = gate(done, "2026-10-12T09:00:00Z")
    assert line.code == "promise-below-wish-not-told"
    assert "38.0 % of the tenants wanted more than consulting; tell them why first." in line.reason
    told = {"form": Form.LETTER, "told_on": date(2026, 10, 13)}
    to_owners = done.when(TellExplanation(group=Group.OWNERS, **told)).recorded()
    assert not gate(to_owners, "2026-10-13T10:00:00Z").passes
    to_tenants = to_owners.when(TellExplanation(group=T, **told)).recorded()
    assert gate(to_tenants, "2026-10-13T10:00:00Z").passes


def test_doubt_shuts_the_gate_until_it_is_concluded_again(check: Check, asked: Asked) -> None:
    """PAR-13: by a higher promise, or by an explanation that the group has heard."""
    spec = check(T, on="2026-09-21T09:00:00Z").and_(
        asked(
            T,
            Form.MEETING,
            date(2026, 9, 1),
            informed=30,
            consulted=18,
            advise=6,
            help=4,
            co_decide=2,
        )
    )
    done = spec.when(conclude(Wish.CONSULTED)).recorded().at("2026-10-21T09:00:00Z")
    right = Answers(informed=21, consulted=18, advise=6, help=13, co_decide=2)
    correct = CorrectAsking(asking="a1", answers=right, reason=CorrectionReason.MISREAD)
    doubted = done.when(correct).recorded()
    now = "2026-10-22T09:00:00Z"
    assert gate(doubted, now).code == "involvement-check-in-doubt"
    assert gate(doubted.when(conclude(Wish.HELP)).recorded(), now).passes
    explained = doubted.when(conclude(EXPLAINED)).recorded()
    assert gate(explained, now).code == "promise-below-wish-not-told"
    tell = TellExplanation(group=T, form=Form.LETTER, told_on=date(2026, 10, 21))
    assert gate(explained.when(tell).recorded(), now).passes
    withdrawn = done.when(WithdrawCheck(reason=WithdrawalReason.WRONG_PLACE)).recorded()
    assert gate(withdrawn, now).code == "involvement-check-withdrawn"


def test_what_a_partner_handed_in_opens_no_gate(check: Check, asked: Asked) -> None:
    """PAR-14: an asking without a conclusion is no check."""
    spec = check(T, on="2026-09-21T09:00:00Z").and_(
        asked(T, Form.MEETING, date(2026, 9, 1), informed=9)
    )
    assert gate(spec, "2026-10-01T09:00:00Z").code == "no-involvement-check"
