"""A whole life of an area: every kind of fact that the effort status is made of."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from initiative_scenes import proposal, role, turned_round
from projections_scenes import (
    BUURT,
    GROUND,
    LARIKS,
    effort,
    extra_agreed,
    extra_proposed,
    gate_set_aside,
    questioned_for_the_base,
)

from leefwijk.events.event import Validity
from leefwijk.events.fields import Theme
from leefwijk.events.language.gates import Gate, GateLine, GateOutcome, GateVerdict
from leefwijk.events.language.initiatives import (
    assets,
    co_funding,
    gates,
    greening,
    life,
    roles,
    spending,
    support,
    support_terms,
)
from leefwijk.events.language.monitoring import area_roles
from leefwijk.events.language.monitoring import base_conditions as base
from leefwijk.events.language.monitoring.areas import AreaKind, AreaRegistered
from leefwijk.events.language.monitoring.measurements import Figure, Measured, MeasurementsRecorded
from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered
from leefwijk.events.language.monitoring.stories import StoryRecorded, Teller, Tone
from leefwijk.events.language.participation import formal_advices, trajectories, wish_panels
from leefwijk.events.language.participation import involvement_checks as checks
from leefwijk.events.language.participation import living_agreements as agreements
from leefwijk.events.language.participation import owed_checks as owed
from leefwijk.events.language.participation.ladder import Answers, OwnRole
from leefwijk.events.language.participation.words import Form, Group, LeadingWish, Level

IN_ASSEN = ("GM0106",)
EVENING = datetime.fromisoformat("2026-05-15T20:00:00+02:00")


@pytest.fixture
def whole_life(history: Any) -> Any:
    """Lariks with its buurt: at least one fact for every part of the answer."""
    _the_area(history)
    _the_initiative(history)
    _with_residents(history)
    return history


def _the_area(history: Any) -> None:
    parent = "GM0106@2020"
    for id_, name, kind, above in (
        (LARIKS, "Wijk 01 Lariks", AreaKind.DISTRICT, parent),
        (BUURT, "De Lariks Oost", AreaKind.NEIGHBOURHOOD, LARIKS),
    ):
        known = AreaRegistered(
            area=id_, kind=kind, name=name, parent=above, municipalities=IN_ASSEN
        )
        history.say(id_, known, "2026-01-01", area=id_)
    party = PartnerRegistered(
        name="Gemeente Assen", kind=PartnerKind.MUNICIPALITY, municipalities=IN_ASSEN
    )
    history.say("assen", party, "2026-01-01", area=None)
    directs = area_roles.AreaRoleAssigned(
        area=LARIKS,
        municipalities=IN_ASSEN,
        partner="assen",
        partner_kind=PartnerKind.MUNICIPALITY,
        role=area_roles.AreaRole.DIRECTOR,
        valid=Validity(from_=date(2026, 1, 1)),
    )
    history.say(LARIKS, directs, "2026-01-02")
    figure = Measured(indicator="eenzaam", period="2020", figure=Figure(number=Decimal("54.1")))
    counted = MeasurementsRecorded(
        area=LARIKS, source_edition="rivm-2020", import_id="i1", figures=(figure,)
    )
    history.say(LARIKS, counted, "2026-01-03")
    for number, tone in enumerate((Tone.STRENGTH, Tone.CONCERN)):
        told = StoryRecorded(
            area=LARIKS,
            municipalities=IN_ASSEN,
            theme=Theme.MEETING,
            tone=tone,
            teller=Teller.RESIDENT,
            month=date(2026, 1, 1),
        )
        history.say(f"s{number}", told, "2026-01-04")
    looked = base.BaseAssessed(
        area=LARIKS,
        municipalities=IN_ASSEN,
        on=date(2026, 1, 20),
        steps=tuple(base.StepFound(step=step, found=base.Finding.SUFFICIENT) for step in base.Step),
        valid_through=date(2027, 1, 20),
    )
    history.say(LARIKS, looked, "2026-01-20")
    reads = base.BaseVerdictChanged(
        area=LARIKS,
        municipalities=IN_ASSEN,
        before=base.Verdict.UNKNOWN,
        verdict=base.Verdict.IN_ORDER,
        step=4,
        valid_through=date(2027, 1, 20),
        on=date(2026, 1, 20),
    )
    history.say(LARIKS, reads, "2026-01-20")
    _the_level(history)
    for id_, euros in (("e1", "4200.00"), ("e2", "2475.50")):
        history.say(id_, effort(LARIKS, euros), "2026-03-02")


def _the_level(history: Any) -> None:
    proposed = extra_proposed(
        date(2026, 1, 1),
        date(2027, 12, 31),
        invited=("assen",),
        reaction_through=date(2026, 1, 29),
        lapses_on=date(2026, 7, 30),
    )
    history.say("l1", proposed, "2026-01-05")
    ground = (Gate.RESIDENTS_INVOLVEMENT, "no-involvement-check")
    aside = gate_set_aside(*ground, "The check runs already", "2026-01-20")
    history.say("l1", aside, "2026-01-20")
    agreed = extra_agreed(proposed)
    history.say("l1", agreed, "2026-02-01")
    history.say("l1", questioned_for_the_base(), "2026-05-18")


def _the_initiative(history: Any) -> None:
    room = assets.AssetRegistered(
        asset_kind=assets.AssetKind.MEETING_PLACE,
        label="De hal",
        area=BUURT,
        municipalities=IN_ASSEN,
        holder=assets.HolderKind.REFERENCE,
        held_by="ref-secret",
        open_to=assets.OpenTo.EVERYONE,
        on=date(2026, 1, 10),
    )
    history.say("a1", room, "2026-01-10", area=BUURT)
    proposed = life.InitiativeProposed(
        title="Koffiehoek",
        area=BUURT,
        municipalities=IN_ASSEN,
        themes=(Theme.MEETING,),
        taker=life.Taker.RESIDENTS,
        collective_benefit="Iedereen welkom",
        group="grp-secret",
        on=date(2026, 3, 30),
    )
    history.say("i1", proposed, "2026-03-30", area=BUURT)
    for event, at in (
        (
            roles.CorporationRoleAnswered(
                role=roles.CorporationRole.SUPPORT,
                answer=roles.RoleAnswer.AGREES,
                group="grp-secret",
                how="Residents' meeting",
                on=date(2026, 4, 1),
            ),
            "2026-04-01",
        ),
        (
            roles.CorporationRoleAgreed(role=roles.CorporationRole.SUPPORT, on=date(2026, 4, 1)),
            "2026-04-01",
        ),
        (
            gates.GatesAssessed(
                request=1, lines=(_failing(Gate.BASE_IN_ORDER),), on=date(2026, 4, 10)
            ),
            "2026-04-10",
        ),
        (
            gates.GateOverridden(
                override="o1",
                request=1,
                gate=Gate.BASE_IN_ORDER,
                code="base-not-in-order",
                reason="Lights are ordered",
                role="area_director",
                until=date(2026, 7, 1),
                on=date(2026, 4, 14),
            ),
            "2026-04-14",
        ),
        (_granted(), "2026-04-20"),
        (
            life.InitiativeStarted(
                title="Koffiehoek", area=BUURT, themes=(Theme.MEETING,), on=date(2026, 4, 25)
            ),
            "2026-04-25",
        ),
        (
            co_funding.CoFundingPromised(
                area=BUURT,
                partner="assen",
                amount=Decimal("500.00"),
                paid=Decimal("0.00"),
                on=date(2026, 4, 26),
            ),
            "2026-04-26",
        ),
        (
            spending.SpendingRecorded(
                spending="x1", request=1, line=1, amount=Decimal("620.00"), on=date(2026, 5, 1)
            ),
            "2026-05-02",
        ),
        (
            turned_round("x1", "602.00", "2026-05-01"),
            "2026-05-03",
        ),
        (
            greening.GreeningPlanned(
                area=BUURT,
                item="g1",
                measure=greening.GreenMeasure.TREE,
                quantity=Decimal(6),
                counted_in=greening.GreenUnit.PIECE,
                purposes=(greening.GreenPurpose.HEAT,),
                on=date(2026, 5, 4),
            ),
            "2026-05-04",
        ),
        (
            gates.GateNoLongerPassed(
                gate=Gate.EFFORT_LEVEL_AND_BUDGET, code="budget-exceeded", on=date(2026, 5, 20)
            ),
            "2026-05-20",
        ),
        (
            support_terms.SupportEnded(
                request=1,
                area=BUURT,
                spent=Decimal("602.00"),
                ordered=Decimal("0.00"),
                released=(
                    support_terms.BudgetShare(
                        budget_area=LARIKS, year=2026, amount=Decimal("898.00")
                    ),
                ),
                settles_on=date(2026, 8, 1),
                reason="Done",
                on=date(2026, 6, 10),
            ),
            "2026-06-10",
        ),
    ):
        history.say("i1", event, at, area=BUURT)


def _failing(gate: Gate) -> GateLine:
    return GateLine(
        gate=gate,
        outcome=GateOutcome.FAILED,
        code="base-not-in-order",
        reason="The base is not in order",
        source="own rule",
    )


def _granted() -> support.SupportGranted:
    return support.SupportGranted(
        request=1,
        area=BUURT,
        budget_area=LARIKS,
        year=2026,
        level="l1",
        lines=(
            support.GrantedLine(line=1, kind=support.SupportKind.MONEY, amount=Decimal("1500.00")),
        ),
        charged=Decimal("1500.00"),
        partly=False,
        gate_lines=(
            GateVerdict(
                gate=Gate.EFFORT_LEVEL_AND_BUDGET, outcome=GateOutcome.PASSED, source="own rule"
            ),
        ),
        on=date(2026, 4, 20),
    )


def _with_residents(history: Any) -> None:
    opened = checks.CheckOpened(
        area=LARIKS, municipalities=IN_ASSEN, themes=(Theme.MEETING,), groups=(Group.TENANTS,)
    )
    history.say("c1", opened, "2026-01-05")
    asked = checks.AskingRecorded(
        area=LARIKS,
        asking="k1",
        group=Group.TENANTS,
        form=Form.DOOR_TO_DOOR,
        asked_in=(BUURT,),
        answers=Answers(not_now=3, informed=40, help=25),
        on=date(2026, 2, 10),
    )
    history.say("c1", asked, "2026-02-11")
    concluded = checks.CheckConcluded(
        area=LARIKS,
        themes=(Theme.MEETING,),
        asked_in=(BUURT,),
        groups=(
            checks.GroupConclusion(
                group=Group.TENANTS, leading_wish=LeadingWish.HELP, promise=Level.HELP
            ),
        ),
        role=OwnRole.SUPPORT,
        last_asked=date(2026, 2, 10),
        valid_until=date(2027, 2, 10),
        on=date(2026, 3, 1),
    )
    history.say("c1", concluded, "2026-03-01")
    debt = owed.CheckOwed(
        area=LARIKS,
        municipalities=IN_ASSEN,
        owed_for=owed.OwedFor.EFFORT_LEVEL,
        subject="l1",
        decided_on=date(2026, 1, 20),
        due_on=date(2026, 2, 17),
        because_of=GROUND,
        role="area_director",
        reason="The check runs already",
    )
    history.say("o1", debt, "2026-01-20")
    panel = wish_panels.PanelOpened(
        area=LARIKS,
        municipalities=IN_ASSEN,
        themes=(Theme.MEETING,),
        groups=(wish_panels.PanelGroup(group=Group.TENANTS, homes=40),),
        closes_at=EVENING,
    )
    history.say("w1", panel, "2026-05-01")
    tally = wish_panels.GroupTally(
        group=Group.TENANTS, answers=Answers(informed=41, help=9, advise=3), tokens=80
    )
    closed = wish_panels.PanelClosed(
        area=LARIKS, closed_at=EVENING, by=wish_panels.ClosedBy.TIME, tally=(tally,)
    )
    history.say("w1", closed, "2026-05-15T20:00:04+02:00")
    begun = trajectories.TrajectoryOpened(
        title="Het pleintje",
        area=LARIKS,
        municipalities=IN_ASSEN,
        themes=(Theme.MEETING,),
        check="c1",
        concluded=GROUND,
        promises=(trajectories.Promise(group=Group.TENANTS, level=Level.HELP),),
        on=date(2026, 3, 2),
    )
    history.say("t1", begun, "2026-03-02")
    for number, at in ((1, "2026-04-07T19:30:00+02:00"), (2, "2026-09-05T10:30:00+02:00")):
        moment = trajectories.MomentPlanned(
            moment=number, form=Form.WORKING_DAY, at=datetime.fromisoformat(at)
        )
        history.say("t1", moment, "2026-03-03")
    started = trajectories.TrajectoryStarted(area=LARIKS, on=date(2026, 3, 10))
    history.say("t1", started, "2026-03-10")
    held = trajectories.MomentHeld(
        moment=1,
        on=date(2026, 4, 7),
        attendance=3,
        input=(trajectories.Input(item=1, what="Banken bij de vijver"),),
    )
    history.say("t1", held, "2026-04-08")
    advice = formal_advices.FormalAdviceAsked(
        about=formal_advices.Subject(kind=formal_advices.SubjectKind.EFFORT_LEVEL, id="l1"),
        title="Inzet in Lariks",
        area=LARIKS,
        municipalities=IN_ASSEN,
        organisation="tenants",
        informed_on=date(2026, 6, 1),
        advise_by=date(2026, 7, 13),
        on=date(2026, 6, 1),
    )
    history.say("f1", advice, "2026-06-01")
    proposed = agreements.AgreementProposed(
        title="Trappenhuis",
        area=BUURT,
        municipalities=IN_ASSEN,
        homes=48,
        topics=(agreements.Topic.STAIRWELL,),
        on=date(2026, 5, 1),
    )
    history.say("g1", proposed, "2026-05-01", area=BUURT)
    made = agreements.AgreementMade(
        title="Trappenhuis",
        area=BUURT,
        municipalities=IN_ASSEN,
        topics=(agreements.Topic.STAIRWELL,),
        homes=48,
        origin=agreements.Origin(panel="w1"),
        review_by=date(2027, 6, 1),
        on=date(2026, 6, 1),
    )
    history.say("g1", made, "2026-06-01", area=BUURT)


@pytest.fixture
def i1(history: Any) -> Any:
    """B2: the coffee corner, with role support."""
    history.say("i1", proposal(), "2026-03-30")
    history.say("i1", role(roles.CorporationRole.SUPPORT, "2026-04-01"), "2026-04-01")
    return history
