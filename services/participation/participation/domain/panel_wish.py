"""One voice of a panel: its last wish counts. Its stream is named by a keyed hash of its token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.language.participation.ladder import NotNowReason, Wish
from leefwijk.events.language.participation.wishes import WishChanged, WishGiven
from leefwijk.events.language.participation.words import Group
from participation.domain.wish_panel import WishPanel
from participation.domain.wish_panel_steps import require_panel_open


@dataclass(frozen=True)
class PanelWish(State, kind="wishes", shape=1):
    """What one token wishes; no wish yet in the empty one."""

    panel: str = ""
    area: str | None = None
    group: Group | None = None
    wish: Wish | None = None
    reasons: tuple[NotNowReason, ...] = ()

    def listing(self) -> Listing:
        """Found by its panel, group, wish and reasons: the tally counts these."""
        if self.group is None or self.wish is None:
            return Listing(self.area)
        return Listing(
            self.area,
            status=self.wish.value,
            facets={
                "panel": self.panel,
                "group": self.group.value,
                "reason": tuple(reason.value for reason in self.reasons),
            },
        )


@dataclass(frozen=True)
class Voice:
    """What a sound token opens: the panel, as just read, and the group it speaks for."""

    panel_id: str
    panel: WishPanel
    group: Group


class GiveWish(Command[PanelWish]):
    """Say how one wants to be involved; sent again it replaces what was said before."""

    wish: Annotated[str, Field(max_length=40)]
    reasons: Annotated[tuple[NotNowReason, ...], Field(max_length=6)] = ()

    def decide(self, voice: PanelWish, context: Context) -> Iterator[Event]:
        """Refuses `panel-closed`, `not-a-level` and `reasons-without-not-now` (PAR-17, 19)."""
        opened = context.knowledge(Voice)
        require_panel_open(opened.panel, context)
        if self.wish not in set(Wish):
            refuse("not-a-level", f"Choose one of {', '.join(Wish)}.")
        wish, reasons = Wish(self.wish), tuple(sorted(set(self.reasons)))
        if reasons and wish is not Wish.NOT_NOW:
            refuse("reasons-without-not-now", "Reasons go with not now only.")
        if voice.wish is None:
            yield WishGiven(
                area=opened.panel.area,
                panel=opened.panel_id,
                group=opened.group,
                wish=wish,
                reasons=reasons,
            )
        elif (voice.wish, voice.reasons) != (wish, reasons):
            yield WishChanged(
                area=opened.panel.area,
                panel=opened.panel_id,
                group=opened.group,
                wish=wish,
                before=voice.wish,
                reasons=reasons,
            )


@evolves(WishGiven)
def _(voice: PanelWish, event: WishGiven) -> PanelWish:
    return replace(
        voice,
        panel=event.panel,
        area=event.area,
        group=event.group,
        wish=event.wish,
        reasons=event.reasons,
    )


@evolves(WishChanged)
def _(voice: PanelWish, event: WishChanged) -> PanelWish:
    return replace(voice, wish=event.wish, reasons=event.reasons)
