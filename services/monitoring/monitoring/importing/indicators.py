"""The indicators that Leefwijk knows from the start: what each figure means (MON-20)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, StringConstraints

from leefwijk.events.language.monitoring.indicators import Direction
from monitoring.domain.indicator import DIMENSIONS
from monitoring.importing.declared import Declared, plain_yaml
from monitoring.importing.rows import Missing, Value


def _known(dimension: str) -> str:
    if dimension not in DIMENSIONS:
        raise ValueError(f"a dimension is one of {', '.join(DIMENSIONS)}")
    return dimension


Dimension: TypeAlias = Annotated[str, AfterValidator(_known)]
Label: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Complement(Declared):
    """A figure that is what another one leaves of a whole."""

    whole: Decimal
    of: str
    """The indicator that is subtracted."""


class IndicatorDefinition(Declared):
    """What a figure means; it keeps that meaning once there are figures."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    nl: Label
    en: Label
    unit: Label
    scale: Literal["number", "class", "text-class"] = "number"
    """Classes are ranks: never averaged."""
    direction: Direction
    dimension: Dimension
    source: Label
    note: Label | None = None
    """Said with every figure: "model estimate"."""
    complement: Complement | None = None
    """Of a derived indicator, that no file holds."""


def derived(definition: IndicatorDefinition, figure: Value | Missing) -> Decimal | Missing:
    """The derived figure; a missing figure leaves a missing one, never the whole (MON-12)."""
    if isinstance(figure, Missing):
        return figure
    if definition.complement is None or not isinstance(figure, Decimal):
        raise ValueError(f"{definition.id} does not derive from a number")
    return definition.complement.whole - figure


def load_indicators(text: str | bytes) -> list[IndicatorDefinition]:
    """The definitions in a YAML file of groups that share source, note and the like."""
    definitions = [
        IndicatorDefinition.model_validate(definition)
        for group in plain_yaml(text)
        for definition in _spread(group)
    ]
    for name, times in Counter(definition.id for definition in definitions).items():
        if times > 1:
            raise ValueError(f"{name} is defined twice")
    return definitions


def _spread(group: dict[str, Any]) -> list[dict[str, Any]]:
    """What a group says stands for each of its indicators; `about` completes the labels."""
    common = {key: value for key, value in group.items() if key not in {"indicators", "about"}}
    about = group.get("about", {})
    definitions = [{**common, **indicator} for indicator in group["indicators"]]
    for definition in definitions:
        for language, whom in about.items():
            definition[language] = f"{definition[language]} ({whom})"
    return definitions
