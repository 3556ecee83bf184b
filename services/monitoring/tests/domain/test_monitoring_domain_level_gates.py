"""The gates of a level: judged on what is known now, set aside for one proposal only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from leefwijk.events.fields import EffortLevelName
from leefwijk.events.language.gates import Gate, GateLine, GateOutcome, KnowledgeState
from leefwijk.events.language.monitoring.base_conditions import (
    FailingStep,
    Lack,
    Step,
    Verdict,
)
from leefwijk.events.language.monitoring.effort_levels import (
    Answer,
    EffortGateOverridden,
    EffortGatesJudged,
    EffortLevelAgreed,
    EffortLevelProposed,
    EffortLevelQuestionAnswered,
    EffortLevelQuestioned,
    Ground,
)
from leefwijk.events.testing import Specification
from leefwijk.events.testing.clock import moment
from leefwijk.gates.advice import Advice
from leefwijk.gates.agreements import Agreement, Agreements
from leefwijk.gates.involvement import Check, Checks, Untold
from leefwijk.gates.line import At, Freshness
from leefwijk.gates.place import Place
from leefwijk.gates.tenants import Dwellings
from monitoring.domain.agreeing import AgreeEffortLevel, WithdrawProposal
from monitoring.domain.base_verdict import PlaceRead, Reading
from monitoring.domain.effort_level import EffortLevel
from monitoring.domain.level_gates import LevelGates, OverrideLevelGate
from monitoring.domain.questioning import AnswerLevelQuestion, JudgeLevelGround, LevelGrounds
from monitoring.policies import LevelKnowledge, advice_due, level_gates

LARIKS = "WK010601@2020"
PLACE = Place(LARIKS, within=("GM0106@2020",), municipalities=("GM0106",))
DECEMBER = moment("2026-12-01T09:00:00Z")
FRESH = Freshness(DECEMBER)
F1 = UUID(int=61)
WELL = Reading(Verdict.IN_ORDER, 2, (), (F1,), date(2026, 10, 1), date(2027, 10, 1))
DARK = Reading(
    Verdict.NOT_IN_ORDER,
    0,
    (
        FailingStep(
            step=Step.SAFE, lack=Lack.INSUFFICIENT, complex="c", findings=(F1,), says="dark"
        ),
    ),
    (F1,),
    date(2026, 10, 1),
)
CHECK = Check(
    "p1",
    ("meeting",),
    frozenset({LARIKS}),
    date(2026, 6, 1),
    date(2027, 6, 1),
    (str(UUID(int=81)),),
)
KNOWN = LevelKnowledge(
    PLACE,
    PlaceRead(LARIKS, WELL),
    checks=Checks((CHECK,), FRESH),
    agreements=Agreements((), FRESH),
    dwellings=Dwellings(120, (str(UUID(int=91)),), FRESH),
    advice=Advice(fresh=FRESH),
)


def _lines(
    spec: Specification, known: LevelKnowledge, at: str = "2026-12-01T09:00:00Z"
) -> dict[Gate, GateLine]:
    lines = level_gates(spec.state(EffortLevel), known, At(moment(at)))
    return {line.gate: line for line in lines}


def _judged(spec: Specification, known: LevelKnowledge) -> Specification:
    """The proposal with its gates as they read at its moment."""
    at = spec.now
    return spec.knowing(LevelGates(level_gates(spec.state(EffortLevel), known, At(at))))


@pytest.fixture
def open_(proposed_as: Callable[..., EffortLevelProposed], proposed: Specification) -> Any:
    """`extra` is proposed for Lariks, nobody was invited, everything else is in order."""
    spec = replace(proposed, events=(), actors=())
    spec = spec.and_(proposed_as(invited=())).at("2026-12-01T09:00:00Z")
    return _judged(spec, KNOWN)


def test_a_level_has_nine_gates_and_the_budget_is_not_among_them(open_: Specification) -> None:
    """MON-35: the lines for a level; the budget is for spending, not for the level itself."""
    lines = _lines(open_, KNOWN)
    assert list(lines) == [
        Gate.RESIDENTS_INVOLVEMENT,
        Gate.BASE_IN_ORDER,
        Gate.COLLECTIVE_INTEREST,
        Gate.EXPECTED_EFFECT_STATED,
        Gate.LEGAL_BASIS,
        Gate.PERFORMANCE_AGREEMENTS,
        Gate.NO_OTHER_PARTY_RESPONSIBLE,
        Gate.OWN_TENANTS_BENEFIT,
        Gate.FORMAL_ADVICE,
    ]
    assert all(line.passes for line in lines.values())
    assert all(line.source for line in lines.values())
    assert lines[Gate.BASE_IN_ORDER].evidence == (str(F1),)
    judged, agreed = open_.when(AgreeEffortLevel()).events
    assert isinstance(judged, EffortGatesJudged)
    assert judged.lines == tuple(lines.values())
    assert isinstance(agreed, EffortLevelAgreed)
    assert agreed.gates is not None
    assert len(agreed.gates) == 9


def test_what_was_not_heard_of_is_unknown_and_does_not_pass(open_: Specification) -> None:
    """MON-35: no check is known to this service, which is not that residents were not asked."""
    silent = replace(KNOWN, checks=Checks((), FRESH), dwellings=Dwellings(fresh=FRESH))
    line = _lines(open_, silent)[Gate.RESIDENTS_INVOLVEMENT]
    assert (line.outcome, line.code) == (GateOutcome.UNKNOWN, "no-involvement-check")
    assert line.knowledge is KnowledgeState.UNKNOWN
    assert line.evidence == ()
    assert line.overridable_by == "area_director"
    assert "not" not in line.reason.replace("No involvement check for this area is known yet.", "")
    refused = _judged(open_, silent).when(AgreeEffortLevel())
    refused.refused("gates-not-passed", saying="No involvement check")
    assert refused.refusal is not None
    codes = [line["code"] for line in refused.refusal.faults[0].figures["lines"]]
    assert codes == ["no-involvement-check", "own-dwellings-not-known"]
    # the check arrives a minute later, and so do the homes
    _judged(open_, KNOWN).when(AgreeEffortLevel()).recorded()


def test_a_check_that_expired_meanwhile_does_not_pass(open_: Specification) -> None:
    """MON-35: valid through 15 November, agreed on the 16th: the day of deciding counts."""
    old = replace(CHECK, valid_through=date(2026, 11, 15))
    known = replace(KNOWN, checks=Checks((old,), FRESH))
    involvement = Gate.RESIDENTS_INVOLVEMENT
    assert _lines(open_, known, "2026-11-15T22:00:00Z")[involvement].passes
    over = _lines(open_, known, "2026-11-15T23:00:00Z")[involvement]
    assert (over.outcome, over.code) == (GateOutcome.FAILED, "involvement-check-expired")


def test_a_promise_below_the_wish_must_have_been_told(open_: Specification) -> None:
    """MON-35: wishes are evidence and block nothing; a promise that was not explained does."""
    untold = replace(CHECK, untold=(Untold("tenants", "38.0", "consulted"),))
    known = replace(KNOWN, checks=Checks((untold,), FRESH))
    line = _lines(open_, known)[Gate.RESIDENTS_INVOLVEMENT]
    assert line.code == "promise-below-wish-not-told"
    remark = replace(CHECK, remark="most said not now")
    shown = _lines(open_, replace(KNOWN, checks=Checks((remark,), FRESH)))
    assert shown[Gate.RESIDENTS_INVOLVEMENT].passes
    assert "most said not now" in shown[Gate.RESIDENTS_INVOLVEMENT].reason


def test_extra_needs_the_base_in_order(open_: Specification) -> None:
    """MON-34: not in order names complex and finding; unknown is unknown; both are refused."""
    line = _lines(open_, replace(KNOWN, base=PlaceRead(LARIKS, DARK)))[Gate.BASE_IN_ORDER]
    assert line.code == "base-not-in-order"
    assert "complex c: dark" in line.reason
    assert str(F1) in line.reason
    _judged(open_, replace(KNOWN, base=PlaceRead(LARIKS, DARK))).when(AgreeEffortLevel()).refused(
        "gates-not-passed", saying="complex c"
    )
    for read in (None, PlaceRead(LARIKS, replace(DARK, verdict=Verdict.UNKNOWN))):
        line = _lines(open_, replace(KNOWN, base=read))[Gate.BASE_IN_ORDER]
        assert (line.outcome, line.code) == (GateOutcome.UNKNOWN, "base-unknown")


def test_a_base_passes_only_on_what_is_understood_of_homes(open_: Specification) -> None:
    """MON-35, MON-26: the base rests on homes; while a message about one is held it waits."""
    fresh = _lines(open_, replace(KNOWN, homes=FRESH))[Gate.BASE_IN_ORDER]
    assert (fresh.passes, fresh.knowledge) == (True, KnowledgeState.KNOWN)
    held = replace(KNOWN, homes=Freshness(DECEMBER, held=True))
    for known in (held, replace(held, base=None)):
        line = _lines(open_, known)[Gate.BASE_IN_ORDER]
        assert (line.outcome, line.code) == (GateOutcome.UNKNOWN, "knowledge-held")
    _judged(open_, held).when(AgreeEffortLevel()).refused("gates-not-passed")


def test_basic_never_needs_the_base(
    open_: Specification, proposed_as: Callable[..., EffortLevelProposed]
) -> None:
    """MON-34: clean, whole and safe is what basic is for."""
    basic = replace(open_, events=(), actors=()).and_(
        proposed_as(invited=(), level=EffortLevelName.BASIC)
    )
    assert _lines(basic, replace(KNOWN, base=PlaceRead(LARIKS, DARK)))[Gate.BASE_IN_ORDER].passes


def test_a_director_sets_the_base_aside_for_this_proposal_only(
    open_: Specification, proposed_as: Callable[..., EffortLevelProposed]
) -> None:
    """MON-34: with a reason; the line stays red and shows it; proposed anew it is needed again."""
    dark = replace(KNOWN, base=PlaceRead(LARIKS, DARK))
    director = _judged(open_, dark).by("area_director")
    base = Gate.BASE_IN_ORDER
    director.when(OverrideLevelGate(gate=base)).refused("reason-missing")
    reason = "Lighting ordered, done within six weeks"
    overridden = director.when(OverrideLevelGate(gate=base, reason=reason)).then(
        EffortGateOverridden(
            area=LARIKS,
            gate=base,
            code="base-not-in-order",
            evidence=(str(F1),),
            reason=reason,
            role="area_director",
            on=date(2026, 12, 1),
        )
    )
    decided = _judged(overridden, dark).by("area_manager").when(AgreeEffortLevel())
    judged, agreed = decided.events
    assert isinstance(agreed, EffortLevelAgreed)
    line = {line.gate: line for line in agreed.gates or ()}[base]
    assert line.outcome is GateOutcome.FAILED
    assert line.set_aside is not None
    assert line.set_aside.role == "area_director"
    assert line.set_aside.until == date(2028, 12, 31)
    # partners read the agreement: neither the finding nor the director is quoted to them
    assert isinstance(judged, EffortGatesJudged)
    inside = {line.gate: line for line in judged.lines}[base]
    assert inside.set_aside is not None
    assert inside.set_aside.reason == reason
    for words in (reason, inside.reason):
        assert words not in agreed.to_json()
        assert words in judged.to_json()
    withdrawn = overridden.when(WithdrawProposal(reason="Anew")).recorded()
    again = replace(withdrawn, events=(), actors=()).and_(proposed_as(invited=()))
    _judged(again, dark).when(AgreeEffortLevel()).refused("gates-not-passed")


def test_an_override_covers_its_own_ground(open_: Specification) -> None:
    """MON-34: given for a base not in order, it does not cover a base that is unknown."""
    dark = _judged(open_, replace(KNOWN, base=PlaceRead(LARIKS, DARK))).by("area_director")
    command = OverrideLevelGate(gate=Gate.BASE_IN_ORDER, reason="Ordered")
    overridden = dark.when(command).recorded()
    unknown = replace(KNOWN, base=None)
    _judged(overridden, unknown).when(AgreeEffortLevel()).refused("gates-not-passed")


def test_what_passes_or_rests_on_law_is_not_set_aside(open_: Specification) -> None:
    """MON-34: nothing to override where it passes; own tenants and advice nobody overrides."""
    reason = "It must go on"
    command = OverrideLevelGate(gate=Gate.BASE_IN_ORDER, reason=reason)
    open_.by("area_director").when(command).refused("nothing-to-override")
    nobody = replace(KNOWN, dwellings=Dwellings(0, ("x",), FRESH), advice=Advice(due=True))
    spec = _judged(open_, nobody).by("area_director")
    for gate in (Gate.OWN_TENANTS_BENEFIT, Gate.FORMAL_ADVICE):
        spec.when(OverrideLevelGate(gate=gate, reason=reason)).refused("gate-not-overridable")


def test_formal_advice_is_due_for_large_scale_and_for_any_lower_level() -> None:
    """MON-35, EVA-15: restructuring and a lower level change what tenants have."""
    basic, extra, large = EffortLevelName
    assert advice_due(large, None)
    assert advice_due(basic, extra)
    assert advice_due(extra, large)
    assert not advice_due(extra, basic)
    assert not advice_due(extra, None)
    assert not advice_due(basic, basic)


def test_a_level_is_not_due_before_its_advice_is_settled(open_: Specification) -> None:
    """PAR-27: not settled on 16 April, settled from 17 April; nobody sets it aside."""
    settled = Advice(due=True, settled_from=date(2027, 4, 17), evidence=("a",), fresh=FRESH)
    for at, passes in (("2027-04-16T10:00:00Z", False), ("2027-04-16T22:00:00Z", True)):
        line = _lines(open_, replace(KNOWN, advice=settled), at)[Gate.FORMAL_ADVICE]
        assert line.passes is passes
        assert line.overridable_by is None
    asked = Advice(due=True, fresh=FRESH)
    line = _lines(open_, replace(KNOWN, advice=asked))[Gate.FORMAL_ADVICE]
    assert line.code == "formal-advice-not-settled"


def test_a_local_agreement_that_asks_for_listing_binds(open_: Specification) -> None:
    """MON-35: performance agreements are a gate of their own, overridable by a director."""
    listed = Agreement("GM0106", 2026, True, ("sponsoring",), ("m8",))
    line = _lines(open_, replace(KNOWN, agreements=Agreements((listed,), FRESH)))[
        Gate.PERFORMANCE_AGREEMENTS
    ]
    assert line.code == "not-in-performance-agreements"
    greening = replace(listed, listed=("meeting",))
    assert _lines(open_, replace(KNOWN, agreements=Agreements((greening,), FRESH)))[
        Gate.PERFORMANCE_AGREEMENTS
    ].passes


LOST = JudgeLevelGround(
    ground=Ground.BASE, lost=True, because="A home in condition 6", on=date(2027, 3, 1)
)
THERE = LevelGrounds(frozenset({Ground.BASE, Ground.DIRECTOR}))
GONE = LevelGrounds(frozenset())


@pytest.fixture
def in_force(open_: Specification, agreed_for: Callable[..., EffortLevelAgreed]) -> Specification:
    """`extra` is in force in Lariks from 2027 through 2028."""
    agreed = agreed_for(date(2027, 1, 1), date(2028, 12, 31))
    return open_.and_(agreed).at("2027-03-05T09:00:00Z").by("service")


def test_the_level_stays_and_is_questioned_once(in_force: Specification) -> None:
    """MON-29: base no longer in order since that date; the level stays in force."""
    questioned = in_force.knowing(GONE).when(LOST)
    asked = questioned.events[0]
    assert isinstance(asked, EffortLevelQuestioned)
    assert (asked.ground, asked.on) == (Ground.BASE, date(2027, 3, 1))
    after = questioned.recorded()
    assert after.state(EffortLevel).in_force(date(2027, 3, 5))
    after.when(LOST).nothing()
    # it was agreed without the base: what was set aside knowingly is not asked again
    known = in_force.knowing(GONE)
    known.when(LOST.model_copy(update={"lost": False})).nothing()


def _lost_in(area: str) -> JudgeLevelGround:
    return LOST.model_copy(update={"area": area})


def test_what_another_area_loses_is_asked_of_a_level_that_rests_on_a_base(
    open_: Specification,
) -> None:
    """MON-29: agreed without the base, a buurt that is lost too is not questioned anew."""
    buurt = "BU01060100@2020"
    dark = replace(KNOWN, base=PlaceRead(LARIKS, DARK))
    aside = OverrideLevelGate(gate=Gate.BASE_IN_ORDER, reason="Lighting ordered")
    without = _judged(open_, dark).by("area_director").when(aside).recorded()
    for spec, known, questions in ((open_, KNOWN, 1), (without, dark, 0)):
        agreed = _judged(spec, known).by("area_manager").when(AgreeEffortLevel()).recorded()
        later = agreed.at("2027-03-05T09:00:00Z").by("service").knowing(GONE)
        assert len(later.when(_lost_in(buurt)).events) == questions
        # in order meanwhile, the area itself had a base to lose
        assert len(later.when(_lost_in(LARIKS)).events) == 1


def test_a_ground_that_was_there_again_can_be_lost_again(in_force: Specification) -> None:
    """MON-29: restored, it rests on the base; answered by a director, it does not."""
    lost = _lost_in("BU01060100@2020")
    questioned = in_force.knowing(GONE).when(lost).recorded()
    restored = questioned.knowing(THERE).when(lost.model_copy(update={"lost": False})).recorded()
    assert len(restored.knowing(GONE).when(lost).events) == 1
    answer = AnswerLevelQuestion(ground=Ground.BASE, reason="Repair ordered")
    answered = questioned.by("area_director").when(answer).recorded()
    answered.by("service").when(lost).nothing()


def test_only_a_director_goes_on_without_the_base(in_force: Specification) -> None:
    """MON-29: the area_manager who answers is refused; the director needs a reason."""
    questioned = in_force.knowing(GONE).when(LOST).recorded()
    answer = AnswerLevelQuestion(ground=Ground.BASE, reason="Repair ordered")
    questioned.by("area_manager").when(answer).refused("role-not-allowed")
    director = questioned.by("area_director")
    director.when(AnswerLevelQuestion(ground=Ground.BASE)).refused("reason-missing")
    answered = director.when(answer).then(
        EffortLevelQuestionAnswered(
            area=LARIKS,
            level=EffortLevelName.EXTRA,
            ground=Ground.BASE,
            answer=Answer.CONTINUE,
            reason="Repair ordered",
            on=date(2027, 3, 5),
        )
    )
    answered.when(answer).refused("no-question")


def test_the_question_closes_by_itself_when_the_ground_is_there_again(
    in_force: Specification,
) -> None:
    """MON-29: the dwelling is repaired and measured anew before anybody answered."""
    questioned = in_force.knowing(GONE).when(LOST).recorded()
    again = LOST.model_copy(update={"lost": False, "on": date(2027, 3, 4)})
    questioned.when(again).nothing()
    closed = questioned.knowing(THERE).when(again).events[0]
    assert isinstance(closed, EffortLevelQuestionAnswered)
    assert (closed.answer, closed.on) == (Answer.RESTORED, date(2027, 3, 4))
    assert not questioned.knowing(THERE).when(again).recorded().state(EffortLevel).questions


def test_a_director_is_asked_for_where_the_level_is_large_scale(
    open_: Specification, agreed_for: Callable[..., EffortLevelAgreed]
) -> None:
    """MON-45: `large_scale` without director is questioned, `extra` not; a new one closes it."""
    gone = JudgeLevelGround(
        ground=Ground.DIRECTOR, lost=True, because="No director", on=date(2028, 4, 1)
    )
    for level, count in ((EffortLevelName.EXTRA, 0), (EffortLevelName.LARGE_SCALE, 1)):
        first = replace(open_, events=(), actors=())
        proposal = open_.events[0][0].model_copy(update={"level": level})
        agreed = agreed_for(date(2027, 1, 1), date(2031, 12, 31), level=level)
        spec = first.and_(proposal, agreed).at("2028-04-01T09:00:00Z").by("service")
        assert len(spec.knowing(GONE).when(gone).events) == count
        if not count:
            continue
        questioned = spec.knowing(GONE).when(gone).recorded()
        manager = questioned.by("area_manager")
        manager.when(
            AnswerLevelQuestion(ground=Ground.DIRECTOR, reason="A new one comes")
        ).recorded()
        closed = questioned.knowing(THERE).when(gone.model_copy(update={"lost": False}))
        assert closed.recorded().state(EffortLevel).questions == {}


def test_a_level_that_is_over_is_not_questioned(in_force: Specification) -> None:
    """MON-29: only a level in force, or one to come, has grounds to lose."""
    in_force.at("2029-01-01T09:00:00Z").knowing(GONE).when(LOST).nothing()
