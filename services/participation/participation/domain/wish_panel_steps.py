"""Commands on a panel: opening, giving out and voiding tokens, closing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, Field

from leefwijk.events.decider import Command, Context, refuse
from leefwijk.events.event import Event, Wire
from leefwijk.events.fields import AreaId, Identifier, Theme
from leefwijk.events.language.participation.ladder import Answers, People, ReasonCount
from leefwijk.events.language.participation.wish_panels import (
    GroupTally,
    PanelClosed,
    PanelClosingBroughtForward,
    PanelGroup,
    PanelOpened,
    TokensIssued,
    TokensVoided,
    VoidingReason,
)
from leefwijk.events.language.participation.words import Group
from leefwijk.events.small_counts import SMALLEST
from participation.domain.places import KnownArea
from participation.domain.wish_panel import SETTLING, PanelStatus, WishPanel
from participation.domain.wish_panel_said import said_moment

MOST_TOKENS = 20_000
"""Tokens that one call makes at most."""


class AskedGroup(Wire):
    """A group that a panel asks."""

    group: Group
    homes: People


@dataclass(frozen=True)
class Counted:
    """The wishes of a panel as they were kept, by group."""

    answers: dict[Group, Answers]
    reasons: dict[Group, tuple[ReasonCount, ...]]


class OpenPanel(Command[WishPanel]):
    """Let residents say by token how they want to be involved."""

    area: AreaId
    complex: Identifier | None = None
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=6)]
    groups: Annotated[tuple[AskedGroup, ...], Field(min_length=1, max_length=10)]
    check: Identifier | None = None
    closes_at: AwareDatetime

    def decide(self, panel: WishPanel, context: Context) -> Iterator[Event]:
        """Refuses `points-at-household`, `closes-in-past`, `group-named-twice` (PAR-20)."""
        if panel.status is not None:
            refuse("already-opened", "This panel exists already.")
        if self.closes_at <= context.now:
            refuse("closes-in-past", "A panel closes later than now.")
        if len({one.group for one in self.groups}) != len(self.groups):
            refuse("group-named-twice", "Name each group once.")
        for one in self.groups:
            if one.homes < SMALLEST:
                refuse(
                    "points-at-household",
                    f"A group of fewer than {SMALLEST} homes would point at a household.",
                    group=one.group.value,
                )
        yield PanelOpened(
            area=self.area,
            municipalities=context.knowledge(KnownArea).municipalities,
            complex=self.complex,
            themes=tuple(dict.fromkeys(self.themes)),
            groups=tuple(PanelGroup(group=one.group, homes=one.homes) for one in self.groups),
            check=self.check,
            closes_at=self.closes_at,
        )


def require_panel_open(panel: WishPanel, context: Context) -> None:
    """Refuse `panel-closed`, from the last moment on, whether or not it was tallied yet."""
    if not panel.takes_wishes(context.now):
        assert panel.closes_at is not None  # noqa: S101 - every panel was opened with one
        refuse("panel-closed", f"The panel closed on {said_moment(panel.closes_at)}.")


class IssueTokens(Command[WishPanel]):
    """Make tokens for a group; whoever gives them out gets them once."""

    group: Group
    tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)]

    def decide(self, panel: WishPanel, context: Context) -> Iterator[Event]:
        """Refuses `panel-closed` and `group-not-asked`."""
        require_panel_open(panel, context)
        if self.group not in {one.group for one in panel.groups}:
            refuse("group-not-asked", "This panel does not ask that group.")
        # the number of the batch stands in its tokens: nothing of them has to be kept
        yield TokensIssued(
            area=panel.area,
            batch=str(len(panel.batches) + 1),
            group=self.group,
            tokens=self.tokens,
        )


class VoidTokens(Command[WishPanel]):
    """Let the tokens of a batch take no further wishes; those given stay counted."""

    batch: Identifier
    reason: VoidingReason | None = None

    def decide(self, panel: WishPanel, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, `panel-closed` and `no-such-batch`."""
        if self.reason is None:
            refuse("reason-missing", "Say why these tokens count no longer.")
        require_panel_open(panel, context)
        batch = panel.batch(self.batch)
        if batch is None:
            refuse("no-such-batch", "This panel has no such batch.")
        if not batch.voided:
            yield TokensVoided(area=panel.area, batch=batch.batch, reason=self.reason)


class ClosePanel(Command[WishPanel]):
    """Take no more wishes from now on; the tally follows when nothing is under way any more."""

    def decide(self, panel: WishPanel, context: Context) -> Iterator[Event]:
        """Says nothing where the panel's last moment has come already: time closes it (PAR-19)."""
        if panel.takes_wishes(context.now):
            yield PanelClosingBroughtForward(area=panel.area, closes_at=context.now)


class JudgePanelByTime(Command[WishPanel], deadline=True):
    """Close a panel whose last moment has come, with the tally of what was kept."""

    def decide(self, panel: WishPanel, context: Context) -> Iterator[Event]:
        """Once: the one door for closing by hand and by time."""
        if panel.status is not PanelStatus.OPEN or panel.closes_at is None:
            return
        if context.now < panel.closes_at + SETTLING:
            return
        counted = context.knowledge(Counted)
        yield PanelClosed(
            area=panel.area,
            closed_at=panel.closes_at,
            by=panel.by,
            tally=tuple(
                GroupTally(
                    group=one.group,
                    answers=counted.answers.get(one.group, Answers()),
                    tokens=panel.tokens(one.group),
                    reasons=counted.reasons.get(one.group, ()),
                )
                for one in panel.groups
            ),
        )
