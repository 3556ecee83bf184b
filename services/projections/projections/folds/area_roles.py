"""Partners and what they do in an area: who directs, is responsible, supports, is informed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from leefwijk.events.consume.records import Change
from leefwijk.events.language.monitoring.area_roles import AreaRoleAssigned, AreaRoleEnded
from leefwijk.events.language.monitoring.partners import PartnerRegistered
from projections.rows import Folds, Row, Rows

folds = Folds()

KIND = "area_role"
PARTNER = "partner"


@folds.on(PartnerRegistered)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    """An organisation has a name; people have none here."""
    event = change.event
    assert isinstance(event, PartnerRegistered)  # noqa: S101 - registered for it
    yield Row(
        PARTNER,
        change.received.subject,
        {"name": event.name, "kind": event.kind.value},
        municipalities=event.municipalities,
    )


@folds.on(AreaRoleAssigned)
def _(_rows: Rows, change: Change) -> Iterable[Row]:
    event = change.event
    assert isinstance(event, AreaRoleAssigned)  # noqa: S101 - registered for it
    yield Row(
        KIND,
        str(change.received.id),
        {
            "partner": event.partner,
            "partnerKind": event.partner_kind.value,
            "role": event.role.value,
            "subject": event.subject,
        },
        event.area,
        change.received.municipalities,
        valid_from=event.valid.from_,
        valid_through=event.valid.through,
    )


@folds.on(AreaRoleEnded)
def _(rows: Rows, change: Change) -> Iterable[Row]:
    """`on` is the first day without the role; what was over or is still to come stays as it was."""
    event = change.event
    assert isinstance(event, AreaRoleEnded)  # noqa: S101 - registered for it
    last = event.on - timedelta(days=1)
    said = (event.partner, event.role.value, event.subject)
    for (kind, _), row in rows.items():
        if kind != KIND or said != tuple(row.body[name] for name in _SAID):
            continue
        begun = row.valid_from is None or row.valid_from <= event.on
        if begun and (row.valid_through is None or row.valid_through > last):
            yield row.holding(row.valid_from, last)


_SAID = ("partner", "role", "subject")
