"""What every domain event has in common, and what one must declare."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Self, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from leefwijk.events.fields import PersonalData

_TYPE = re.compile(
    r"(?P<family>nl\.leefbaarheid\.(?P<aggregate>[a-z-]+)\.(?P<fact>[a-z-]+))\.v(?P<number>[1-9]\d*)"
)


class Audience(StrEnum):
    """Who may read an event once it has left the store."""

    PLATFORM = "platform"
    """The services of the platform, on the service's own topic."""
    PARTNERS = "partners"
    """Also the partners of the event's municipalities, on their topics."""
    VAULT = "vault"
    """Nobody: the event stays in the database of the service that recorded it."""


def _camel(name: str) -> str:
    """`from_` is `from` on the wire: a name that Python keeps to itself."""
    return to_camel(name.rstrip("_"))


class Wire(BaseModel):
    """A value as it travels: frozen, closed when written, camelCase in JSON."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=_camel,
        populate_by_name=True,
        ser_json_bytes="base64",
        allow_inf_nan=False,
    )


class Validity(Wire):
    """The days on which something holds, both included; open-ended without `through`."""

    from_: date
    through: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.through is not None and self.through < self.from_:
            raise ValueError("the last day lies before the first")
        return self

    def covers(self, day: date) -> bool:
        """Whether the day lies within the period."""
        return self.from_ <= day and (self.through is None or day <= self.through)


class Event(Wire):
    """A fact of the domain, named in the past tense and never changed.

    A subclass declares its wire type and audience in its class line:
    `class SupportGranted(Event, type="nl.leefbaarheid.initiatives.support-granted.v2",
    audience=Audience.PARTNERS)`. Aggregate, version and family follow from the type, the owning
    service from the module it stands in.
    """

    type: ClassVar[str]
    family: ClassVar[str]
    number: ClassVar[int]
    aggregate: ClassVar[str]
    audience: ClassVar[Audience]
    service: ClassVar[str]

    on: date | None = None
    """The day on which it happened in the world, where that is one day."""
    valid: Validity | None = None
    """The days on which it holds in the world, where that is a period."""
    corrects: UUID | None = None
    """The id of the event that this one corrects."""

    def __init_subclass__(cls, **_declaration: Any) -> None:
        """Let the declaration through to pydantic's hook below."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        type: str | None = None,  # noqa: A002 - the field's own word
        audience: Audience = Audience.PLATFORM,
        service: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Check the declaration and derive the rest from it.

        Raises TypeError where the type does not follow the naming rule or where a field, at any
        depth, is marked as personal data: such a field can never enter an event.
        """
        super().__pydantic_init_subclass__(**kwargs)
        if type is None:
            return
        named = _TYPE.fullmatch(type)
        if named is None:
            raise TypeError(f"{cls.__name__}: {type} is not nl.leefbaarheid.<plural>.<fact>.v<N>")
        personal = personal_fields(cls)
        if personal:
            raise TypeError(f"{cls.__name__} carries personal data: {', '.join(personal)}")
        cls.type = type
        cls.family = named["family"]
        cls.number = int(named["number"])
        cls.aggregate = named["aggregate"]
        cls.audience = audience
        cls.service = service or _owner(cls.__module__)

    def to_json(self) -> str:
        """The event's data as JSON, without what is absent."""
        return self.model_dump_json(by_alias=True, exclude_none=True)

    @classmethod
    def from_json(cls, data: str | bytes) -> Self:
        """Read stored data leniently: what a newer writer added is passed over."""
        return cls.model_validate_json(data, extra="ignore", by_alias=True)


def personal_fields(model: type[BaseModel], path: str = "") -> list[str]:
    """Names of the fields, at any depth, that are marked as personal data."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        here = f"{path}{name}"
        if any(isinstance(mark, PersonalData) for mark in field.metadata):
            found.append(here)
            continue
        for part in _parts(field.annotation):
            if isinstance(part, PersonalData):
                found.append(here)
            elif isinstance(part, type) and issubclass(part, BaseModel):
                found += personal_fields(part, f"{here}.")
    return found


def _parts(annotation: Any) -> list[Any]:
    """The annotation and everything nested in it, marks of `Annotated` included."""
    parts = [annotation]
    for inner in get_args(annotation):
        parts += _parts(inner)
    return parts


def _owner(module: str) -> str:
    """The service whose folder of the language the module stands in."""
    parts = module.split(".")
    if "language" not in parts:
        raise TypeError(f"{module} is not in the published language: name the service")
    return parts[parts.index("language") + 1]
