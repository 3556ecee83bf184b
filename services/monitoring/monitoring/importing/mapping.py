"""A mapping declares a source, so that reading guesses nothing (MON-15).

It says where the areas, years and figures of a file stand and what its signs mean.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeAlias

import yaml
from pydantic import (
    BeforeValidator,
    Field,
    RootModel,
    StringConstraints,
    ValidationError,
    model_validator,
)

from monitoring.importing.codes import Kind
from monitoring.importing.declared import Declared, plain_yaml
from monitoring.importing.rows import Fault, ImportRefused, Missing

LARGEST_MAPPING: Final = 256 * 1024
"""Bytes; a mapping is a page of text."""


def _text_keys(value: object) -> object:
    """YAML reads `-99997:` as a number, the file holds it as text."""
    if isinstance(value, dict):
        return {str(key): reason for key, reason in value.items()}
    return value


Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Period: TypeAlias = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int) else value),
    StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{4})?$"),
]
"""A year, or from-through for a development between two years."""
AreaPolicy: TypeAlias = Literal["known-only", "register-missing"]
"""Whether areas that are not registered in the edition make a row bad or are registered."""


class Column(Declared):
    """One column of figures."""

    column: Text
    indicator: Text
    unit: Text
    type: Literal["number", "class", "text-class"] = "number"
    """A class is a rank, whole numbers only; a text class is one of `classes`."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    classes: tuple[Text, ...] = ()
    period: Period | None = None
    """Of this column, when the file has a column per year."""


class Sum(Declared):
    """Columns that add up to another one; a row that does not add up was damaged (MON-14)."""

    total: Text
    parts: tuple[Text, ...]
    called: Text = "the parts"
    """What people call the parts: "the five dimensions"."""
    tolerance: Decimal = Decimal(0)


class NameColumn(Declared):
    """The column that names the area of the row, for these kinds of area."""

    column: Text
    kinds: tuple[Kind, ...] = tuple(Kind)


class Areas(Declared):
    """How a row says which area it is about; the edition comes with the request."""

    column: Text
    names: dict[str, Text] = Field(default_factory=dict)
    """Name to area code, for a file that names its areas (MON-44)."""
    policy: AreaPolicy
    name: NameColumn | None = None
    parent: Text | None = None
    """Column with the code of the area around; must agree with the code's own shape."""


class Years(Declared):
    """The year of the figures: one for the file, or one per row."""

    fixed: Period | None = None
    column: Text | None = None
    """With `fixed` every row must say that year; alone it gives each row its year."""

    @property
    def per_row(self) -> bool:
        """Whether several rows of one area, each with its own year, form one record."""
        return self.column is not None and self.fixed is None


class _Source(Declared):
    name: Text
    """Of the mapping itself, unique: `rivm-2020-18plus`."""
    title: Text
    source: Text
    """Who publishes what: `rivm-gezondheid-18plus`; figures are kept per area, source and edition
    of the source."""
    source_edition: Text


class _TableSource(_Source):
    encodings: tuple[Literal["utf-8", "cp1252"], ...] = ("utf-8",)
    """Tried in order on the whole file; UTF-8 may have a BOM."""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    ignored: tuple[Text, ...] = ()
    """Columns known and not read; any other column is reported as unknown."""


class MeasurementsMapping(_TableSource):
    """A file with figures per area."""

    kind: Literal["measurements"] = "measurements"
    decimal: Literal[".", ","] = "."
    areas: Areas
    years: Years = Years()
    must_match: dict[str, str] = Field(default_factory=dict)
    """Columns that hold one value in every row (`leeftijd`: `18+`)."""
    missing: Annotated[dict[str, Missing], BeforeValidator(_text_keys)] = Field(
        default_factory=dict
    )
    """The signs for "no value"; the key `""` is an empty cell. Undeclared signs are errors."""
    nil: tuple[str, ...] = ()
    """Signs that mean the value zero (CBS tables write `-`)."""
    columns: tuple[Column, ...] = Field(min_length=1)
    sums: tuple[Sum, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_columns(cls, data: Any) -> Any:
        """`defaults` stand for every column that does not say otherwise."""
        if not isinstance(data, dict) or not isinstance(data.get("defaults"), dict):
            return data
        defaults, columns = data["defaults"], data.get("columns")
        filled = (
            [{**defaults, **column} if isinstance(column, dict) else column for column in columns]
            if isinstance(columns, list)
            else columns
        )
        return {key: part for key, part in data.items() if key != "defaults"} | {"columns": filled}

    def with_policy(self, policy: AreaPolicy) -> MeasurementsMapping:
        """The same mapping that registers or refuses unknown areas."""
        return self.model_copy(update={"areas": self.areas.model_copy(update={"policy": policy})})

    @property
    def indicators(self) -> frozenset[str]:
        """What this source publishes: any other indicator is "not in this source" (MON-11)."""
        return frozenset(column.indicator for column in self.columns)


class Level(Declared):
    """One level of a hierarchy file: a code and maybe a name, that may be of another year."""

    kind: Literal[Kind.MUNICIPALITY, Kind.WIJK, Kind.BUURT]
    code: Text
    name: Text | None = None
    name_edition: int | None = None
    """The edition all names of this column belong to; none: that of the import."""
    name_edition_column: Text | None = None
    """Column with the edition of each name."""


class HierarchyMapping(_TableSource):
    """A file with areas and the areas around them, outermost level first."""

    kind: Literal["area-hierarchy"] = "area-hierarchy"
    levels: tuple[Level, ...] = Field(min_length=1, max_length=3)


class BoundariesMapping(_Source):
    """A GeoJSON file with a boundary per area."""

    kind: Literal["boundaries"] = "boundaries"
    code_property: Text


Mapping: TypeAlias = MeasurementsMapping | HierarchyMapping | BoundariesMapping


class _MappingFile(RootModel[Annotated[Mapping, Field(discriminator="kind")]]):
    pass


def load_mapping(text: str | bytes) -> Mapping:
    """The mapping in a YAML or JSON file; `mapping-invalid` with all its faults otherwise."""
    if len(text) > LARGEST_MAPPING:
        raise ImportRefused(Fault("mapping-invalid", "The mapping is larger than 256 KiB."))
    try:
        return _MappingFile.model_validate(plain_yaml(text)).root
    except ValidationError as error:
        raise ImportRefused(
            *(
                Fault("mapping-invalid", f"{_place(fault['loc'])}: {fault['msg']}.")
                for fault in error.errors(include_url=False)
            )
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ImportRefused(
            Fault("mapping-invalid", f"The mapping is no YAML or JSON: {error}")
        ) from error


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "mapping"


def canonical(mapping: Mapping) -> bytes:
    """The mapping as bytes that are equal for equal meaning, whatever the layout of its file."""
    data = mapping.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"kind": mapping.kind, **data}, sort_keys=True).encode()
