"""VERA's reference lists as far as dwellings use them (Aedes-datastandaarden, CC0)."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from housing_mix.domain.codes import KnownCodes, VeraEntry

SUCCESSORS = {
    ("status", "OND"): "Deliver UIT with its reason (UITEXPLOITATIEREDEN).",
    ("status", "VEK"): "Deliver UIT with its reason (UITEXPLOITATIEREDEN).",
}
"""What stands in the place of a code that ended, where that is another one."""


@cache
def vera_codes() -> KnownCodes:
    """The lists that come with the service."""
    text = files("housing_mix.importing").joinpath("vera.csv").read_text("utf-8")
    return known_codes(csv.DictReader(text.splitlines(), delimiter=";"))


def known_codes(rows: Iterable[Mapping[str, str]]) -> KnownCodes:
    """Codes from rows of list, code, from, through and parent."""
    found: dict[tuple[str, str], list[VeraEntry]] = defaultdict(list)
    for row in rows:
        entry = VeraEntry(_day(row["from"]), _day(row["through"]), row["parent"] or None)
        found[row["list"], row["code"]].append(entry)
    return KnownCodes({key: tuple(entries) for key, entries in found.items()})


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
