"""Specifications of what an area is like: its base, strengths, roles and effort."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

from projections_scenes import BUURT, LARIKS, only

from leefwijk.events.event import Validity
from leefwijk.events.fields import Theme
from leefwijk.events.language.initiatives import assets
from leefwijk.events.language.initiatives.plans import ContributionCategory
from leefwijk.events.language.monitoring import area_roles, efforts
from leefwijk.events.language.monitoring import base_conditions as base
from leefwijk.events.language.monitoring.partners import PartnerKind, PartnerRegistered
from leefwijk.events.language.monitoring.stories import StoryRecorded, Teller, Tone

FINDING = UUID("55555555-5555-4555-8555-555555555555")


def verdict(
    said: base.Verdict, on: str, *because: base.FailingStep, **more: Any
) -> base.BaseVerdictChanged:
    """The base reads so from a day on."""
    return base.BaseVerdictChanged(
        area=more.pop("area", LARIKS),
        municipalities=("GM0106",),
        before=base.Verdict.UNKNOWN,
        verdict=said,
        step=0 if because else 1,
        because=because,
        on=date.fromisoformat(on),
        **more,
    )


def fails(step: base.Step, lack: base.Lack, **more: Any) -> base.FailingStep:
    """A step that keeps the base from being in order."""
    return base.FailingStep(step=step, lack=lack, **more)


class TestBase:
    def test_never_assessed_reads_unknown(self, folded: Any) -> None:
        """MON-25: of what nobody looked at nothing reads in order, step by step."""
        said = folded([]).status(read_through=None).base
        assert said.verdict == "unknown"
        assert {step.state for step in said.steps} == {"unknown"}
        assert len(said.steps) == 6

    def test_a_verdict_holds_from_its_day_and_step_by_step(self, history: Any, folded: Any) -> None:
        """MON-26: not in order since its day, with the failing step; before, as it was."""
        history.say(
            LARIKS,
            verdict(base.Verdict.IN_ORDER, "2026-01-20", valid_through=date(2027, 1, 20)),
            "2026-01-21",
        )
        broken = fails(base.Step.WHOLE, base.Lack.CONDITION, complex="c2", homes=5)
        history.say(LARIKS, verdict(base.Verdict.NOT_IN_ORDER, "2026-05-18", broken), "2026-05-18")
        rows = folded(history.stored)
        before, since = rows.status(as_of="2026-05-17").base, rows.status(as_of="2026-05-18").base
        assert (before.verdict, before.failing) == ("in_order", [])
        assert [step.state for step in before.steps[:3]] == ["sufficient"] * 3
        assert (since.verdict, since.since) == ("not_in_order", date(2026, 5, 18))
        assert {step.step: step.state for step in since.steps[:3]} == {
            "clean": "sufficient",
            "whole": "insufficient",
            "safe": "sufficient",
        }
        failing = only(since.failing)
        assert (failing.lack, failing.complex, failing.homes) == ("condition", "c2", 5)
        assert rows.status(as_of="2026-01-19").base.verdict == "unknown"

    def test_a_late_truth_takes_the_place_from_its_own_day(self, history: Any, folded: Any) -> None:
        """EVA-24: a verdict about an earlier day replaces later ones today, not as known then."""
        history.say(LARIKS, verdict(base.Verdict.IN_ORDER, "2026-03-01"), "2026-03-01")
        broken = fails(base.Step.SAFE, base.Lack.INSUFFICIENT)
        history.say(LARIKS, verdict(base.Verdict.NOT_IN_ORDER, "2026-02-01", broken), "2026-04-01")
        rows = folded(history.stored)
        assert rows.status(as_of="2026-03-15").base.verdict == "not_in_order"
        known = rows.status(as_of="2026-03-15", known_at="2026-03-31").base
        assert known.verdict == "in_order"

    def test_too_long_ago_is_unknown_by_the_calendar(self, history: Any, folded: Any) -> None:
        """MON-27: found in order through 20 January 2027; the day after it is unknown."""
        said = verdict(base.Verdict.IN_ORDER, "2026-01-20", valid_through=date(2027, 1, 20))
        history.say(LARIKS, said, "2026-01-21")
        rows = folded(history.stored)
        assert rows.status(as_of="2027-01-20").base.verdict == "in_order"
        late = rows.status(as_of="2027-01-21").base
        assert late.verdict == "unknown"
        assert {step.state for step in late.steps} == {"unknown"}

    def test_complexes_and_buurten_stand_beside_the_area(self, history: Any, folded: Any) -> None:
        """MON-27: the area is as good as its worst complex, which is named beside it."""
        broken = fails(base.Step.SAFE, base.Lack.INSUFFICIENT, complex="c2")
        history.say(LARIKS, verdict(base.Verdict.NOT_IN_ORDER, "2026-02-01", broken), "2026-02-01")
        for complex_, said in (
            ("c1", base.Verdict.IN_ORDER),
            ("c2", base.Verdict.NOT_IN_ORDER),
        ):
            history.say(LARIKS, verdict(said, "2026-02-01", complex=complex_), "2026-02-01")
        history.say(BUURT, verdict(base.Verdict.IN_ORDER, "2026-02-01", area=BUURT), "2026-02-01")
        said = folded(history.stored).status(below=[BUURT]).base
        assert said.verdict == "not_in_order"
        places = {(place.area, place.complex): place.verdict for place in said.places}
        assert places == {
            (LARIKS, "c1"): "in_order",
            (LARIKS, "c2"): "not_in_order",
            (BUURT, None): "in_order",
        }

    def test_steps_above_the_base_come_from_who_looked(self, history: Any, folded: Any) -> None:
        """MON-28: a step that nobody looked at is unknown; corrected it reads as it should have."""
        steps = (base.StepFound(step=base.Step.ACTIVE_RESIDENTS, found=base.Finding.SUFFICIENT),)
        looked = base.BaseAssessed(
            area=LARIKS,
            municipalities=("GM0106",),
            on=date(2026, 2, 1),
            steps=steps,
            valid_through=date(2027, 2, 1),
        )
        first = history.say(LARIKS, looked, "2026-02-01")
        fixed = base.BaseAssessmentCorrected(
            corrects=first.id,
            on=date(2026, 2, 1),
            steps=(
                base.StepFound(step=base.Step.ACTIVE_RESIDENTS, found=base.Finding.INSUFFICIENT),
            ),
            valid_through=date(2027, 2, 1),
            reason="Another square",
        )
        history.say(LARIKS, fixed, "2026-03-01")
        rows = folded(history.stored)

        def step(**asked: Any) -> str:
            steps = rows.status(**asked).base.steps
            return {one.step: one.state for one in steps}["active_residents"]

        assert step() == "insufficient"
        assert step(known_at="2026-02-28") == "sufficient"
        assert step(as_of="2026-01-31") == "unknown"
        assert step(as_of="2027-02-02") == "unknown"
        assert rows.status().base.corrected_on == date(2026, 3, 1)
        assert rows.status(known_at="2026-02-28").base.corrected_on is None

    def test_actions_are_overdue_by_the_calendar_until_done(
        self, history: Any, folded: Any
    ) -> None:
        """MON-25: planned, overdue after its last day, gone when done; that changes no verdict."""
        broken = fails(base.Step.SAFE, base.Lack.INSUFFICIENT)
        history.say(LARIKS, verdict(base.Verdict.NOT_IN_ORDER, "2026-02-01", broken), "2026-02-01")
        planned = base.BaseActionPlanned(
            action="x1",
            step=base.Step.SAFE,
            assessment=FINDING,
            what="Verlichting in het achterpad",
            by=date(2026, 4, 1),
        )
        history.say(LARIKS, planned, "2026-02-02")
        done = base.BaseActionCompleted(action="x1", on=date(2026, 4, 10))
        history.say(LARIKS, done, "2026-04-10")
        rows = folded(history.stored)
        assert rows.status(as_of="2026-02-01").base.actions == []
        assert only(rows.status(as_of="2026-04-01").base.actions).status == "planned"
        late = only(rows.status(as_of="2026-04-02").base.actions)
        assert (late.status, late.overdue_since) == ("overdue", date(2026, 4, 2))
        after = rows.status(as_of="2026-04-10").base
        assert (after.actions, after.actions_completed, after.verdict) == ([], 1, "not_in_order")


def asset(kind: assets.AssetKind, label: str = "Fietsen maken", **more: Any) -> Any:
    """A strength of Lariks, brought in by somebody."""
    return assets.AssetRegistered(
        asset_kind=kind,
        label=label,
        area=LARIKS,
        municipalities=("GM0106",),
        holder=assets.HolderKind.REFERENCE,
        held_by="ref-9",
        open_to=assets.OpenTo.EVERYONE,
        on=date(2026, 1, 10),
        **more,
    )


class TestSocialBase:
    def test_strengths_by_kind_places_and_networks(self, history: Any, folded: Any) -> None:
        """INI-01: the area shows it among its strengths, and never whose it is."""
        kinds = (
            assets.AssetKind.TALENT,
            assets.AssetKind.MEETING_PLACE,
            assets.AssetKind.FACILITY,
            assets.AssetKind.NETWORK,
            assets.AssetKind.COLLABORATION,
        )
        for number, kind in enumerate(kinds):
            history.say(f"a{number}", asset(kind), "2026-01-10")
        status = folded(history.stored).status(internal=False)
        said = status.social_base
        assert {one.kind: one.assets for one in said.by_kind} == {
            "talent": 1,
            "network": 1,
            "meeting_place": 1,
            "facility": 1,
            "collaboration": 1,
            "activity": 0,
        }
        assert {one.kind: one.label_nl for one in said.by_kind}["talent"] == "talent"
        assert [one.kind for one in said.places] == ["meeting_place", "facility"]
        assert [one.kind for one in said.networks] == ["network", "collaboration"]
        assert only(said.others).label == "Fietsen maken"
        assert "ref-9" not in status.model_dump_json(by_alias=True)

    def test_what_is_gone_is_no_strength_any_more(self, history: Any, folded: Any) -> None:
        """INI-02: withdrawn on 1 February it stood there on 31 January."""
        history.say("a5", asset(assets.AssetKind.MEETING_PLACE), "2026-01-10")
        gone = assets.AssetWithdrawn(area=LARIKS, reason="The library closed", on=date(2026, 2, 1))
        history.say("a5", gone, "2026-02-03")
        rows = folded(history.stored)
        assert rows.status(as_of="2026-02-01").social_base.places == []
        assert len(rows.status(as_of="2026-01-31").social_base.places) == 1
        known = rows.status(as_of="2026-02-02", known_at="2026-02-02").social_base
        assert len(known.places) == 1

    def test_strengths_and_concerns_stand_together(self, history: Any, folded: Any) -> None:
        """EVA-23: four assets and three stories beside two concerns, never one alone."""
        for number in range(4):
            history.say(f"a{number}", asset(assets.AssetKind.TALENT), "2026-01-10")
        for number, tone in enumerate([Tone.STRENGTH] * 3 + [Tone.CONCERN] * 2):
            told = StoryRecorded(
                area=LARIKS,
                municipalities=("GM0106",),
                theme=Theme.MEETING,
                tone=tone,
                teller=Teller.RESIDENT,
                month=date(2026, 1, 1),
            )
            history.say(f"s{number}", told, "2026-01-11")
        said = folded(history.stored).status().strengths_and_concerns
        assert (said.assets, said.strength_stories, said.concern_stories) == (4, 3, 2)


class TestEffort:
    AMOUNTS = ("4200.00", "11850.00", "2475.50")

    def spent(self, euros: str, **more: Any) -> dict[str, Any]:
        """What a booking says."""
        return {
            "area": LARIKS,
            "municipalities": ("GM0106",),
            "year": 2026,
            "amount": Decimal(euros),
            "contribution": ContributionCategory.MEETING,
            "category": efforts.CostCategory.SOCIAL_ACTIVITIES,
            "on": date(2026, 3, 1),
            **more,
        }

    def test_spending_can_be_redone_from_the_events_it_names(
        self, history: Any, folded: Any
    ) -> None:
        """EVA-23: 18,325.50 names four events: adding them gives it, leaving one out does not."""
        ids = []
        for number, euros in enumerate(self.AMOUNTS):
            booked = efforts.EffortSpentRecorded(**self.spent(euros, description="Werk"))
            ids.append(history.say(f"e{number}", booked, "2026-03-02").id)
        fixed = efforts.EffortSpentCorrected(
            **self.spent("4000.00", corrects=ids[0], reason="Invoice of a neighbour")
        )
        history.say("e0", fixed, "2026-04-01")
        said = folded(history.stored).status().effort_spent
        assert said.euros == Decimal("18325.50")
        assert (said.bookings, said.corrected, said.evidence.count) == (3, 1, 4)
        by_id = {one.id: one for one in history.stored}
        named = [by_id[id_] for id_ in said.evidence.events]
        parts = [
            Decimal("-200.00")
            if one.type == efforts.EffortSpentCorrected.type
            else efforts.EffortSpentRecorded.from_json(one.data).amount
            for one in named
        ]
        assert sum(parts) == said.euros
        assert all(sum(some) != said.euros for some in combinations(parts, 3))
        then = folded(history.stored).status(known_at="2026-03-31").effort_spent
        assert then.euros == Decimal("18525.50")

    def test_hours_stand_beside_euros(self, history: Any, folded: Any) -> None:
        """EVA-28: hours are not turned into euros; each total adds up in every direction."""
        history.say("e1", efforts.EffortSpentRecorded(**self.spent("3125.00", description="Werk")))
        hours = self.spent("0.00", description="Werk", hours=Decimal("62.5"), amount=None)
        history.say("e2", efforts.EffortSpentRecorded(**hours))
        said = folded(history.stored).status().effort_spent
        assert (said.euros, said.hours) == (Decimal("3125.00"), Decimal("62.5"))
        for parts in (said.by_year, said.by_contribution, said.by_category):
            assert sum(parts.values()) == said.euros

    def test_nothing_recorded_is_no_nought(self, folded: Any) -> None:
        """EVA-23: a figure without events says that nothing was recorded, and up to when."""
        status = folded([]).status()
        assert (status.effort_spent.euros, status.effort_spent.hours) == (None, None)
        said = status.knowledge["effortSpent"]
        assert (said.state, said.newest) == ("nothing_recorded", None)
        assert said.read_through is not None

    def test_a_booking_that_moves_to_another_area_is_counted_once(
        self, history: Any, folded: Any
    ) -> None:
        """MON-42: corrected to the buurt it is no longer booked on the wijk, and once in both."""
        first = history.say(
            "e1", efforts.EffortSpentRecorded(**self.spent("500.00", description="Werk"))
        )
        moved = self.spent("500.00", corrects=first.id, reason="The buurt", area=BUURT)
        history.say("e1", efforts.EffortSpentCorrected(**moved), "2026-04-01", area=BUURT)
        rows = folded(history.stored)
        assert rows.status().effort_spent.euros is None
        assert rows.status(below=[BUURT]).effort_spent.euros == Decimal("500.00")


class TestRoles:
    def test_who_directs_on_the_day(self, history: Any, folded: Any) -> None:
        """MON-45: as of before, Assen still directs; from its end on nobody is known to."""
        party = PartnerRegistered(
            name="Gemeente Assen", kind=PartnerKind.MUNICIPALITY, municipalities=("GM0106",)
        )
        history.say("assen", party, "2026-01-01", area=None)
        assigned = area_roles.AreaRoleAssigned(
            area=LARIKS,
            municipalities=("GM0106",),
            partner="assen",
            partner_kind=PartnerKind.MUNICIPALITY,
            role=area_roles.AreaRole.DIRECTOR,
            valid=Validity(from_=date(2026, 1, 1)),
        )
        history.say(LARIKS, assigned, "2026-01-02")
        ended = area_roles.AreaRoleEnded(
            area=LARIKS,
            partner="assen",
            role=area_roles.AreaRole.DIRECTOR,
            on=date(2026, 4, 1),
            reason="The municipality withdrew",
        )
        history.say(LARIKS, ended, "2026-04-03")
        rows = folded(history.stored)
        said = rows.status(as_of="2026-03-31", internal=False).area_roles
        assert (said.director, only(said.items).name) == ("assen", "Gemeente Assen")
        gone = rows.status(as_of="2026-04-01").area_roles
        assert (gone.director, gone.items) == (None, [])
        known = rows.status(as_of="2026-04-02", known_at="2026-04-02").area_roles
        assert known.director == "assen"

    def test_a_role_that_is_still_to_come_does_not_end_with_the_one_before(
        self, history: Any, folded: Any
    ) -> None:
        """MON-45: directing in 2026 and again from 2028, Assen stops once: in June 2026."""
        for first, last in ((date(2026, 1, 1), None), (date(2028, 1, 1), date(2028, 12, 31))):
            assigned = area_roles.AreaRoleAssigned(
                area=LARIKS,
                municipalities=("GM0106",),
                partner="assen",
                partner_kind=PartnerKind.MUNICIPALITY,
                role=area_roles.AreaRole.DIRECTOR,
                valid=Validity(from_=first, through=last),
            )
            history.say(LARIKS, assigned, "2026-01-02")
        for on, recorded in (("2026-06-01", "2026-05-20"), ("2029-01-01", "2029-01-01")):
            ended = area_roles.AreaRoleEnded(
                area=LARIKS,
                partner="assen",
                role=area_roles.AreaRole.DIRECTOR,
                on=date.fromisoformat(on),
                reason="The period of the role is over.",
            )
            history.say(LARIKS, ended, recorded)
        rows = folded(history.stored)
        said = {
            day: rows.status(as_of=day).area_roles.director
            for day in ("2026-05-31", "2026-06-01", "2028-02-01", "2028-12-31", "2029-01-01")
        }
        assert list(said.values()) == ["assen", None, "assen", "assen", None]

    def test_roles_with_their_subject_stand_beside_each_other(
        self, history: Any, folded: Any
    ) -> None:
        """MON-45: responsible for public space, and informed; only that one ends."""
        for role, subject in (
            (area_roles.AreaRole.RESPONSIBLE, "public-space"),
            (area_roles.AreaRole.INFORMED, None),
        ):
            assigned = area_roles.AreaRoleAssigned(
                area=LARIKS,
                municipalities=("GM0106",),
                partner="assen",
                partner_kind=PartnerKind.MUNICIPALITY,
                role=role,
                subject=subject,
                valid=Validity(from_=date(2026, 1, 1)),
            )
            history.say(LARIKS, assigned, "2026-01-02")
        ended = area_roles.AreaRoleEnded(
            area=LARIKS,
            partner="assen",
            role=area_roles.AreaRole.RESPONSIBLE,
            subject="public-space",
            on=date(2026, 4, 1),
            reason="Moved to the province",
        )
        history.say(LARIKS, ended, "2026-04-01")
        rows = folded(history.stored)
        assert len(rows.status(as_of="2026-03-31").area_roles.items) == 2
        assert only(rows.status(as_of="2026-04-01").area_roles.items).role == "informed"
