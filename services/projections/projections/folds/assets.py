"""The social base: what is strong in an area already, without saying to whom it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from leefwijk.events.consume.records import Change
from leefwijk.events.language.initiatives.assets import (
    AssetRegistered,
    AssetWithdrawn,
    HolderKind,
)
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "asset"


@folds.on(AssetRegistered)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    """An organisation that brings it in is named; of others not even the opaque reference is."""
    event = change.event
    assert isinstance(event, AssetRegistered)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        change.received.subject,
        {
            "kind": event.asset_kind.value,
            "label": event.label,
            "holder": event.holder.value,
            "organisation": event.held_by if event.holder is HolderKind.ORGANISATION else None,
            "openTo": event.open_to.value,
            "complex": event.complex,
            "themes": [theme.value for theme in event.themes],
            "leftBy": event.initiative,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.on,
    )


@folds.on(AssetWithdrawn)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, AssetWithdrawn)  # noqa: S101 - registered for it
    row = rows[KIND, change.received.subject]
    yield row.holding(row.valid_from, event.on - timedelta(days=1))
