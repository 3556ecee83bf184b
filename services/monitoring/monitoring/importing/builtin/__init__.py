"""The mappings and indicators that come with Leefwijk, as data files beside this module."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from monitoring.importing.indicators import IndicatorDefinition, load_indicators
from monitoring.importing.mapping import Mapping, load_mapping


@cache
def builtin_mappings() -> dict[str, Mapping]:
    """All built-in mappings, by name."""
    folder = files(__name__).joinpath("mappings")
    found = [
        load_mapping(file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".yaml")
    ]
    return {mapping.name: mapping for mapping in sorted(found, key=lambda one: one.name)}


@cache
def builtin_indicators() -> dict[str, IndicatorDefinition]:
    """All indicators of the built-in mappings, by id."""
    text = files(__name__).joinpath("indicators.yaml").read_bytes()
    return {definition.id: definition for definition in load_indicators(text)}


def builtin_units() -> dict[str, str]:
    """The unit per built-in indicator, as reading wants it."""
    return {definition.id: definition.unit for definition in builtin_indicators().values()}
