"""Involvement checks as specifications of the effort status tell of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from projections_scenes import BUURT, LARIKS

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation import involvement_checks as checks
from leefwijk.events.language.participation.ladder import Answers, OwnRole
from leefwijk.events.language.participation.words import (
    Explanation,
    Form,
    Group,
    LeadingWish,
    Level,
)


def opened(*, late: bool = False, themes: tuple[Theme, ...] = (Theme.MEETING,)) -> Any:
    """A check on Lariks."""
    return checks.CheckOpened(
        area=LARIKS,
        municipalities=("GM0106",),
        themes=themes,
        groups=(Group.TENANTS, Group.OWNERS),
        late=late,
        decided_on=date(2026, 5, 4) if late else None,
    )


def asking(on: str, name: str = "a1", answers: Answers | None = None) -> checks.AskingRecorded:
    """People who were asked at the door."""
    return checks.AskingRecorded(
        area=LARIKS,
        asking=name,
        group=Group.TENANTS,
        form=Form.DOOR_TO_DOOR,
        asked_in=(BUURT,),
        answers=answers or Answers(informed=40, help=25),
        on=date.fromisoformat(on),
    )


def concluded(on: str, until: str, **more: Any) -> checks.CheckConcluded:
    """A conclusion that promises tenants less than they wish."""
    group = {
        "group": Group.TENANTS,
        "leading_wish": LeadingWish.HELP,
        "promise": Level.CONSULTED,
        "share_above": "38.0",
        "below_wish": True,
        "explanation": Explanation.MONEY,
        **more.pop("group", {}),
    }
    said = {
        "area": LARIKS,
        "themes": (Theme.MEETING,),
        "asked_in": (BUURT,),
        "groups": (checks.GroupConclusion(**group),),
        "role": OwnRole.SUPPORT,
        "last_asked": date(2026, 2, 10),
        "valid_until": date.fromisoformat(until),
        "on": date.fromisoformat(on),
        **more,
    }
    return checks.CheckConcluded(**said)


def told_to_tenants(on: str) -> checks.ExplanationTold:
    """Tenants heard why they are promised less than they wish."""
    return checks.ExplanationTold(
        area=LARIKS, group=Group.TENANTS, form=Form.LETTER, told_on=date.fromisoformat(on)
    )
