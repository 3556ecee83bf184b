"""VERA's codes as far as a unit uses them: valid on a day, child of the right parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from leefwijk.events.language.housing_mix.dwellings import Dwelling

UNKNOWN, EXPIRED, MISMATCH = "code-unknown", "code-expired", "code-parent-mismatch"


@dataclass(frozen=True)
class VeraEntry:
    """A code in one meaning: from when through when, under which parent."""

    from_: date | None = None
    through: date | None = None
    parent: str | None = None

    def holds(self, day: date) -> bool:
        """Whether it is valid on the day, its last one included."""
        return (self.from_ is None or self.from_ <= day) and (
            self.through is None or day <= self.through
        )


@dataclass(frozen=True)
class KnownCodes:
    """The reference lists by list and code."""

    entries: Mapping[tuple[str, str], tuple[VeraEntry, ...]] = field(default_factory=dict)

    def fault(self, name: str, code: str, day: date, parent: str | None = None) -> str | None:
        """What is wrong with a code of a list on a day, as a row code; none: nothing."""
        found = self.entries.get((name, code))
        if found is None:
            return UNKNOWN
        valid = [entry for entry in found if entry.holds(day)]
        if not valid:
            return EXPIRED
        if parent is not None and all(entry.parent != parent for entry in valid):
            return MISMATCH
        return None


def code_faults(dwelling: Dwelling, day: date, codes: KnownCodes) -> Iterator[tuple[str, str]]:
    """Each code of a unit that is not VERA's on the day: its column and the row code."""
    out_of_use = dwelling.tenancy == "UIT"
    asked = (
        ("eenheidsoort", "EENHEIDSOORT", dwelling.unit, None),
        (
            "eenheiddetailsoort",
            "EENHEIDDETAILSOORT",
            dwelling.unit_detail,
            f"EENHEIDSOORT.{dwelling.unit}",
        ),
        ("status", "EENHEIDSTATUS", dwelling.tenancy, None),
        (
            "detailstatus",
            "UITEXPLOITATIEREDEN" if out_of_use else "EENHEIDDETAILSTATUS",
            dwelling.tenancy_detail,
            None if out_of_use else f"EENHEIDSTATUS.{dwelling.tenancy}",
        ),
        ("label", "MAATSCHAPPELIJKLABEL", dwelling.social_label, None),
        ("doelgroep", "DOELGROEP", dwelling.allocation, None),
        ("toegankelijkheid", "TOEGANKELIJKHEIDSLABEL", dwelling.accessibility, None),
    )
    for column, name, code, parent in asked:
        if code is not None:
            fault = codes.fault(name, code, day, parent)
            if fault is not None:
                yield column, fault
