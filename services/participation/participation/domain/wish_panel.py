"""The digital panel: its state and how facts change it.

The commands stand beside: opening, tokens and closing in `wish_panel_steps`, the voice of a
resident in `panel_wish`, what may be shown of it in `wish_tallies`, beside the events.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from leefwijk.events.decider import Listing, State, evolves
from leefwijk.events.language.participation.wish_panels import (
    ClosedBy,
    GroupTally,
    PanelClosed,
    PanelClosingBroughtForward,
    PanelGroup,
    PanelOpened,
    TokensIssued,
    TokensVoided,
)
from leefwijk.events.language.participation.words import Group

SETTLING = timedelta(seconds=4)
"""So long after its last moment a panel is tallied: what was taken before may be stored yet.

A wish that is not stored by then gets no receipt, for it may have come after the tally (PAR-19).
"""


class PanelStatus(StrEnum):
    """Where a panel stands."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Batch:
    """Tokens that were given out together, to one group."""

    batch: str
    group: Group
    tokens: int
    voided: bool = False


@dataclass(frozen=True)
class WishPanel(State, kind="wish-panels", shape=2):
    """A panel as it stands; the empty one has no status yet. No wish stands in it (no hot row)."""

    status: PanelStatus | None = None
    area: str = ""
    municipalities: tuple[str, ...] = ()
    complex: str | None = None
    check: str | None = None
    themes: tuple[str, ...] = ()
    groups: tuple[PanelGroup, ...] = ()
    closes_at: datetime | None = None
    by: ClosedBy = ClosedBy.TIME
    batches: tuple[Batch, ...] = ()
    tally: tuple[GroupTally, ...] = ()

    def batch(self, name: str) -> Batch | None:
        """The batch of this id."""
        return next((one for one in self.batches if one.batch == name), None)

    def tokens(self, group: Group) -> int:
        """Tokens of a group that are out and not void."""
        return sum(one.tokens for one in self.batches if one.group is group and not one.voided)

    def voided(self, group: Group) -> bool:
        """Whether tokens of a group were made void: some may have given a wish before."""
        return any(one.group is group and one.voided for one in self.batches)

    def takes_wishes(self, now: datetime) -> bool:
        """Whether a wish that comes in now is counted; the last moment itself is too late."""
        return (
            self.status is PanelStatus.OPEN and self.closes_at is not None and now < self.closes_at
        )

    def counts_stored(self, now: datetime) -> bool:
        """Whether all that is stored by now is in its tally, which comes later than now."""
        tallied_at = self.due()
        return tallied_at is not None and now < tallied_at

    def due(self) -> datetime | None:
        """When it is tallied: a little after its last moment, so that nothing is under way."""
        if self.status is not PanelStatus.OPEN or self.closes_at is None:
            return None
        return self.closes_at + SETTLING

    def listing(self) -> Listing:
        """Found by area, theme, complex and the check it is meant for."""
        facets: dict[str, str | tuple[str, ...]] = {"theme": self.themes}
        if self.complex is not None:
            facets["complex"] = self.complex
        if self.check is not None:
            facets["check"] = self.check
        return Listing(
            self.area or None,
            self.municipalities,
            self.status.value if self.status else None,
            facets=facets,
        )


@evolves(PanelOpened)
def _(panel: WishPanel, event: PanelOpened) -> WishPanel:
    return replace(
        panel,
        status=PanelStatus.OPEN,
        area=event.area,
        municipalities=event.municipalities,
        complex=event.complex,
        check=event.check,
        themes=tuple(theme.value for theme in event.themes),
        groups=event.groups,
        closes_at=event.closes_at,
    )


@evolves(TokensIssued)
def _(panel: WishPanel, event: TokensIssued) -> WishPanel:
    issued = Batch(event.batch, event.group, event.tokens)
    return replace(panel, batches=(*panel.batches, issued))


@evolves(TokensVoided)
def _(panel: WishPanel, event: TokensVoided) -> WishPanel:
    return replace(
        panel,
        batches=tuple(
            replace(one, voided=True) if one.batch == event.batch else one for one in panel.batches
        ),
    )


@evolves(PanelClosingBroughtForward)
def _(panel: WishPanel, event: PanelClosingBroughtForward) -> WishPanel:
    return replace(panel, closes_at=event.closes_at, by=ClosedBy.HAND)


@evolves(PanelClosed)
def _(panel: WishPanel, event: PanelClosed) -> WishPanel:
    return replace(panel, status=PanelStatus.CLOSED, tally=event.tally)
