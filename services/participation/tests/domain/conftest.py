"""What specifications of participation begin with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from leefwijk.events.fields import Theme
from leefwijk.events.language.participation.involvement_checks import AskingRecorded, CheckOpened
from leefwijk.events.language.participation.ladder import Answers, ReasonCount
from leefwijk.events.language.participation.words import Form, Group
from leefwijk.events.testing import Specification, given
from participation.domain.places import (
    AgeShares,
    EarlierChecks,
    EarlierDecision,
    KnownArea,
    KnownPlaces,
)

LARIKS = "WK010601@2020"

Check = Callable[..., Specification]
Asked = Callable[..., AskingRecorded]


@pytest.fixture
def check() -> Check:
    """An open check for these groups, with all knowledge that its commands ask for."""

    def make(
        *groups: Group,
        area: str = LARIKS,
        theme: Theme = Theme.MEETING,
        on: str = "2026-09-01T09:00:00Z",
        complex: str | None = None,  # noqa: A002 - the field's own name
    ) -> Specification:
        opened = CheckOpened(
            area=area,
            municipalities=("GM0106",),
            themes=(theme,),
            groups=groups,
            complex=complex,
            homes=64 if complex else None,
        )
        return (
            given(opened, at=on)
            .by("neighbourhood_worker")
            .knowing(
                KnownArea(area, ("GM0106",)),
                KnownPlaces({area: frozenset({area})}),
                EarlierDecision(),
                AgeShares(),
                EarlierChecks(),
            )
        )

    return make


@pytest.fixture
def asked() -> Asked:
    """That a group was asked, with the counts by name."""

    def make(
        group: Group,
        form: Form,
        on: date,
        *,
        invited: int | None = None,
        name: str = "a1",
        asked_in: tuple[str, ...] = (LARIKS,),
        reasons: tuple[ReasonCount, ...] = (),
        on_screen: bool = False,
        **counts: int,
    ) -> AskingRecorded:
        return AskingRecorded(
            area=LARIKS,
            asking=name,
            group=group,
            form=form,
            asked_in=asked_in,
            invited=invited,
            answers=Answers(**counts),
            reasons=reasons,
            on_screen=on_screen,
            on=on,
        )

    return make
