"""Example values for every kind of field of the language, the same at every run."""

from __future__ import annotations

import types
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leefwijk.events.fields import AreaId

BY_NAME: dict[str, Any] = {
    "area": "WK010601@2020",
    "budget_area": "WK010601@2020",
    "parent": "GM0106@2020",
    "municipality": "GM0106",
    "municipalities": ("GM0106",),
    "from_": date(2026, 1, 1),
    "through": date(2026, 12, 31),
    "source_edition": "rivm-gezondheid-18plus-2020",
    "indicator": "rivm-eenzaam-18plus",
    "period": "2020",
    "share": Decimal("0.5"),
    "share_above": "36.1",
    "homes": 48,
    "year": 2026,
    "area_edition": 2020,
    "delivery": 1,
    "line": 1,
    "accessibility": "NUL",
    "request": 1,
    "unit": "WOO",
    "unit_detail": "TUS",
    "tenancy": "LEE",
    "tenancy_detail": "MUT",
    "social_label": "DAE",
    "allocation": "SEN",
    "asked_in": ("BU01060100@2020",),
}
BY_TYPE: dict[type, Any] = {
    bool: True,
    int: 3,
    float: 6.5,
    str: "example",
    Decimal: Decimal("12.50"),
    date: date(2026, 4, 20),
    datetime: datetime.fromisoformat("2026-04-20T09:00:00+00:00"),
    UUID: UUID("6f1c7a0e-8a0b-4f56-9d0c-0a4f0e4ad111"),
}


def fill(model: type[BaseModel]) -> dict[str, Any]:
    """Values for every field of a model."""
    if model.__name__ == "Figure":
        return {"number": Decimal("54.1")}
    return {
        name: _value(field.annotation)
        if _closed(field)
        else BY_NAME.get(name, _value(field.annotation))
        for name, field in model.model_fields.items()
        if _told(name, field)
    }


def _closed(field: FieldInfo) -> bool:
    """A level that something comes `from` is no day: words and values of the language are own."""
    found = field.annotation
    return isinstance(found, type) and issubclass(found, (BaseModel, Enum))


def _told(name: str, field: FieldInfo) -> bool:
    """`corrects` and `valid` belong to few events; what is required is always told."""
    return field.is_required() or name not in {"corrects", "valid", "on"}


def _value(annotation: Any) -> Any:  # noqa: PLR0911 - one arm per kind of field
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _value(next(one for one in arguments if one is not type(None)))
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        parts = [one for one in arguments if one is not Ellipsis]
        return tuple(_value(one) for one in parts)
    if annotation == AreaId:
        return BY_NAME["area"]
    if hasattr(annotation, "__metadata__"):
        return _value(annotation.__origin__)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return fill(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation))
    return BY_TYPE[annotation]
