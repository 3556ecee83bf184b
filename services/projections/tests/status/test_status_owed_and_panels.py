"""Specifications of debts to residents and of panels in the effort status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from projections_scenes import LARIKS, only

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation import owed_checks as owed
from leefwijk.events.language.participation import wish_panels as panels
from leefwijk.events.language.participation.ladder import Answers, Wish
from leefwijk.events.language.participation.words import (
    Group,
)

OVERRIDE = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def debt(history: Any) -> Any:
    """PAR-15: on 8 June a director overrode the gate on involvement, for acute safety."""
    said = owed.CheckOwed(
        area=LARIKS,
        municipalities=("GM0106",),
        theme=Theme.SAFETY,
        themes=(Theme.SAFETY,),
        owed_for=owed.OwedFor.SUPPORT,
        subject="i1",
        decided_on=date(2026, 6, 8),
        due_on=date(2026, 7, 6),
        because_of=OVERRIDE,
        role="area_director",
        reason="Acute safety after the fire",
    )
    history.say("o1", said, "2026-06-08")
    return history


class TestOwed:
    def test_a_debt_is_overdue_when_its_last_day_has_passed(self, debt: Any, folded: Any) -> None:
        """PAR-15: owed through 6 July, overdue on the 7th, with the director's role and reason."""
        rows = folded(debt.stored)
        last = only(rows.status(as_of="2026-07-06").involvement.owed)
        late = only(rows.status(as_of="2026-07-07").involvement.owed)
        assert (last.status, last.overdue_since) == ("owed", None)
        assert (late.status, late.overdue_since) == ("overdue", date(2026, 7, 7))
        assert (late.role, late.reason) == ("area_director", "Acute safety after the fire")
        assert rows.status(as_of="2026-06-07").involvement.owed == []

    def test_a_debt_that_was_settled_still_reads_late(self, debt: Any, folded: Any) -> None:
        """PAR-15: a check of 30 June settles it; asked afterwards it is shown as late for good."""
        paid = owed.CheckOwedSettled(area=LARIKS, check="c1", concluded_on=date(2026, 6, 30))
        debt.say("o1", paid, "2026-07-07")
        rows = folded(debt.stored)
        said = only(rows.status(as_of="2026-12-01").involvement.owed)
        assert (said.status, said.settled_on, said.late) == ("settled", date(2026, 6, 30), True)
        assert only(rows.status(as_of="2026-06-29").involvement.owed).status == "owed"


def panel(*tally: tuple[Group, Mapping[str, int]]) -> panels.PanelClosed:
    """The end of a panel."""
    return panels.PanelClosed(
        area=LARIKS,
        closed_at=datetime.fromisoformat("2026-05-15T20:00:00+02:00"),
        by=panels.ClosedBy.TIME,
        tally=tuple(
            panels.GroupTally(group=group, answers=Answers(**answers), tokens=4800)
            for group, answers in tally
        ),
    )


@pytest.fixture
def voting(history: Any) -> Any:
    """A panel on Lariks that closes on 15 May at eight in the evening."""
    groups = (Group.TENANTS, Group.OWNERS, Group.PRIVATE_RENTERS)
    said = panels.PanelOpened(
        area=LARIKS,
        municipalities=("GM0106",),
        themes=(Theme.MEETING,),
        groups=tuple(panels.PanelGroup(group=group, homes=40) for group in groups),
        check="c1",
        closes_at=datetime.fromisoformat("2026-05-15T20:00:00+02:00"),
    )
    history.say("w1", said, "2026-05-01")
    return history


class TestPanels:
    def test_no_score_before_it_is_closed(self, voting: Any, folded: Any) -> None:
        """PAR-20: before closing everybody sees that the panel is open, and no count at all."""
        voting.say("w1", panel((Group.TENANTS, {"informed": 41})), "2026-05-15T20:00:04+02:00")
        for internal in (True, False):
            said = only(
                folded(voting.stored)
                .status(as_of="2026-05-14", internal=internal)
                .involvement.panels
            )
            assert (said.status, said.answers, said.results) == ("open", None, [])

    @pytest.mark.parametrize(
        ("clock", "reads"),
        [("2026-05-15T19:59:59+02:00", "open"), ("2026-05-15T20:00:00+02:00", "closed")],
    )
    def test_the_clock_closes_it_not_the_message(
        self, voting: Any, folded: Any, clock: str, reads: str
    ) -> None:
        """PAR-19: at eight it is closed, also while its tally is still to come."""
        said = only(folded(voting.stored).status(as_of="2026-05-15", now=clock).involvement.panels)
        assert (said.status, said.answers) == (reads, None)

    def test_small_numbers_stay_hidden_also_by_subtraction(self, voting: Any, folded: Any) -> None:
        """PAR-20: three renters are hidden and twelve owners with them; cells below five too."""
        tenants = {"informed": 20, "consulted": 9, "help": 6, "advise": 2, "not_now": 4}
        voting.say(
            "w1",
            panel(
                (Group.TENANTS, tenants),
                (Group.OWNERS, {"informed": 12}),
                (Group.PRIVATE_RENTERS, {"help": 3}),
            ),
            "2026-05-15T20:00:04+02:00",
        )
        said = only(folded(voting.stored).status().involvement.panels)
        by_group = {one.group: one for one in said.results}
        assert said.answers == 56
        assert {group: one.answers for group, one in by_group.items()} == {
            "tenants": 41,
            "owners": "not_shown",
            "private_renters": "not_shown",
        }
        assert by_group["tenants"].wishes == {
            "not_now": "not_shown",
            "informed": 20,
            "consulted": 9,
            "advise": "not_shown",
            "help": 6,
            "co_decide": "not_shown",
            "self_manage": "not_shown",
        }
        assert set(by_group["owners"].wishes.values()) == {"not_shown"}

    def test_hidden_numbers_never_reach_a_row(self, voting: Any, folded: Any) -> None:
        """PAR-20: the read model itself holds no count below five."""
        voting.say(
            "w1",
            panel((Group.TENANTS, {"informed": 41}), (Group.PRIVATE_RENTERS, {"help": 3})),
            "2026-05-15T20:00:04+02:00",
        )
        row = only(folded(voting.stored).rows())
        cells = [
            count
            for group in row.body["tally"]["groups"]
            for count in (group["answers"], *group["wishes"].values())
        ]
        assert all(count is None or count >= 5 for count in cells)

    def test_a_rebuilt_panel_gives_the_same_seven_counts(self, voting: Any, folded: Any) -> None:
        """PAR-16: answers 3,000 after closing; the seven counts add up to them, built anew too."""
        seven = dict(
            zip([wish.value for wish in Wish], (400, 900, 600, 500, 350, 150, 100), strict=True)
        )
        voting.say("w1", panel((Group.RESIDENTS_15PLUS, seven)), "2026-05-15T20:00:04+02:00")
        first = only(folded(voting.stored).status().involvement.panels)
        again = only(folded(voting.stored).status().involvement.panels)
        counts = only(first.results).wishes
        assert (first.answers, sum(counts.values()), counts) == (3000, 3000, seven)
        assert again == first
