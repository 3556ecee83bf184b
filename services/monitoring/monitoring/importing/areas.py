"""Areas to register, out of codes and names, each in its own edition."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitoring.importing.codes import Kind, kind_of, lineage, parent_of


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area to register."""

    code: str
    edition: int
    kind: Kind
    name: str | None
    name_edition: int | None
    """The edition the name belongs to; none without a name."""
    parent: str | None
    """In the same edition."""

    @property
    def area(self) -> str:
        """The area as the platform names it: `WK010601@2020`."""
        return f"{self.code}@{self.edition}"


def area_row(code: str, edition: int, name: str | None = None) -> AreaRow:
    """The area that a code alone describes, with a name of its own edition if there is one."""
    named = edition if name else None
    return AreaRow(code, edition, kind_of(code), name or None, named, parent_of(code))


def registrations(
    named: Iterable[tuple[str, str | None]], edition: int, known: AbstractSet[str]
) -> tuple[AreaRow, ...]:
    """The areas to register for these codes and names, areas around them included, parents first.

    `known` are the codes that the edition has already.
    """
    names: dict[str, str | None] = {}
    for code, name in named:
        for around in lineage(code):
            if around not in known:
                names.setdefault(around, None)
        if name and code not in known:
            names[code] = names[code] or name
    return tuple(area_row(code, edition, name) for code, name in sorted(names.items(), key=_depth))


def _depth(item: tuple[str, str | None]) -> tuple[int, str]:
    return list(Kind).index(kind_of(item[0])), item[0]
