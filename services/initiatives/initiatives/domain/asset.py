"""The social base: what is strong in an area already (vision, talents)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from initiatives.domain.gates import KnownArea
from leefwijk.events.decider import Command, Context, Listing, State, evolves, refuse
from leefwijk.events.event import Event
from leefwijk.events.fields import AreaId, Identifier, Reason, ShortText, Theme
from leefwijk.events.language.initiatives.assets import (
    AssetKind,
    AssetRegistered,
    AssetWithdrawn,
    HolderKind,
    OpenTo,
)

THERE = "there"
GONE = "gone"


@dataclass(frozen=True)
class Asset(State, kind="assets", shape=1):
    """A strength of an area, as it stands."""

    asset_kind: AssetKind | None = None
    label: str = ""
    area: str | None = None
    municipalities: tuple[str, ...] = ()
    holder: HolderKind | None = None
    held_by: str = ""
    open_to: OpenTo | None = None
    complex: str | None = None
    themes: tuple[str, ...] = ()
    initiative: str | None = None
    registered: date | None = None
    withdrawn: date | None = None

    def listing(self) -> Listing:
        """Found by area, kind, theme, whom it is open to, and whether it is still there."""
        return Listing(
            self.area,
            self.municipalities,
            GONE if self.withdrawn else THERE,
            self.label,
            {
                "kind": self.asset_kind.value if self.asset_kind else (),
                "open-to": self.open_to.value if self.open_to else (),
                "theme": self.themes,
            },
        )


class RegisterAsset(Command[Asset]):
    """Register a strength; who holds it is an organisation or an opaque reference."""

    asset_kind: AssetKind
    label: ShortText
    area: AreaId
    holder: HolderKind
    held_by: Identifier
    open_to: OpenTo
    complex: Identifier | None = None
    themes: Annotated[tuple[Theme, ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def _names_its_complex(self) -> Self:
        if (self.open_to is OpenTo.COMPLEX) != (self.complex is not None):
            raise ValueError("name the complex of what is open to one complex, and no other")
        return self

    def decide(self, asset: Asset, context: Context) -> Iterator[Event]:
        """Refuses `unknown-area`, which the knowledge of the route does, and a second time."""
        if asset.asset_kind is not None:
            refuse("already-registered", "This asset exists already.")
        yield AssetRegistered(
            asset_kind=self.asset_kind,
            label=self.label,
            area=self.area,
            municipalities=context.knowledge(KnownArea).municipalities,
            holder=self.holder,
            held_by=self.held_by,
            open_to=self.open_to,
            complex=self.complex,
            themes=self.themes,
            on=context.today,
        )


class WithdrawAsset(Command[Asset]):
    """Say that it is no longer there."""

    reason: Reason

    def decide(self, asset: Asset, context: Context) -> Iterator[Event]:
        """Refuses `already-withdrawn`."""
        if asset.withdrawn is not None:
            refuse("already-withdrawn", f"It was withdrawn on {asset.withdrawn}.")
        assert asset.area is not None  # noqa: S101 - every asset names one
        yield AssetWithdrawn(area=asset.area, reason=self.reason, on=context.today)


@evolves(AssetRegistered)
def _(_asset: Asset, event: AssetRegistered) -> Asset:
    return Asset(
        event.asset_kind,
        event.label,
        event.area,
        event.municipalities,
        event.holder,
        event.held_by,
        event.open_to,
        event.complex,
        tuple(theme.value for theme in event.themes),
        event.initiative,
        event.on,
    )


@evolves(AssetWithdrawn)
def _(asset: Asset, event: AssetWithdrawn) -> Asset:
    return replace(asset, withdrawn=event.on)
