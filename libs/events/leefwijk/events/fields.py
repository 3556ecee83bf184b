"""The kinds of value that events, commands and answers share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from leefwijk.events.screen import Screened


@dataclass(frozen=True)
class PersonalData:
    """Marks a field as personal data: it may stand in no event, log line, metric, URL or trace."""

    why: str


AREA_ID = re.compile(
    r"(?P<code>NL[0-9]{2}|GM[0-9]{4}|WK[0-9]{6}|BU[0-9]{8}|XA[0-9a-f]{12})"
    r"@(?P<edition>[0-9]{1,4})"
)

AREA_CODE = re.compile(r"(?:NL|GM|WK|BU|XA)[0-9a-f]{2,12}")
"""A code without its edition, which names no place (MON-02)."""

# [0-9] and not \\d, which in pydantic's patterns is any digit of any script
AREA_PATTERN = f"^{AREA_ID.pattern.replace('?P<code>', '').replace('?P<edition>', '')}$"

AreaId = Annotated[
    str,
    StringConstraints(pattern=AREA_PATTERN),
    Field(
        description="Area code with its edition, such as `WK010601@2020`; `XA…@1` as experienced",
        examples=["WK010601@2020"],
    ),
]
"""An area is a code *in an edition*: equal code is not equal place (MON-02)."""

Municipality = Annotated[
    str,
    StringConstraints(pattern=r"^GM[0-9]{4}$"),
    Field(description="CBS code of a municipality", examples=["GM0106"]),
]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


Euro = Annotated[
    Decimal,
    Field(
        ge=0,
        max_digits=14,
        decimal_places=2,
        description="Euros including VAT, exact to the cent",
        examples=["1500.00"],
    ),
    AfterValidator(_cents),
]


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""Signs that no text needs; a new line and a tab may stand in one."""


def _printable(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("holds a control character")
    return text


ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
    Screened(),
]
"""A title or label: one line by a professional, without personal data."""

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    AfterValidator(_printable),
    Screened(),
]
"""Why something was decided, in plain words by a professional, without personal data."""

SaidWhy = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=1000),
    AfterValidator(_printable),
    Screened(),
]
"""A reason that may be left out on the wire, so that the refusal can say what it is for."""

Identifier = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,79}$"),
    Field(description="Opaque id of a resource of the platform"),
]


class EffortLevelName(StrEnum):
    """The three levels of effort in an area (vision, targeted and effective)."""

    BASIC = "basic"
    EXTRA = "extra"
    LARGE_SCALE = "large_scale"


class Theme(StrEnum):
    """What an initiative or a story is about (vision, focal points)."""

    TALENTS = "talents"
    MEETING = "meeting"
    GREENING = "greening"
    SAFETY = "safety"
    LIVING_TOGETHER = "living_together"
    OTHER = "other"


def area_code(area: str) -> str:
    """The code of an area id, without its edition."""
    return area.partition("@")[0]


def area_edition(area: str) -> int:
    """The edition of an area id."""
    return int(area.partition("@")[2])


def municipality_of(area: str) -> tuple[str, ...]:
    """The municipality that an administrative code lies in: `WK010601@2020` in `GM0106`."""
    return (f"GM{area[2:6]}",) if area[:2] in {"GM", "WK", "BU"} else ()
