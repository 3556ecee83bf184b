"""Versions of a stream that a row rests on, as pairs of a first and a last one.

A row keeps the newest ids only; the pairs say how many there are, also of several rows together,
in which an event may stand more than once.
"""

from __future__ import annotations

from collections.abc import Iterable

Spans = tuple[int, ...]


def with_version(spans: Spans, version: int) -> Spans:
    """The pairs with one version more; versions come in order, and one that is in stays once."""
    if spans and version <= spans[-1]:
        return spans
    if spans and spans[-1] == version - 1:
        return (*spans[:-1], version)
    return (*spans, version, version)


def counted(of_rows: Iterable[Spans]) -> int:
    """How many versions of one stream some rows rest on together, each once."""
    found = through = 0
    for first, last in sorted(
        pair for spans in of_rows for pair in zip(spans[::2], spans[1::2], strict=True)
    ):
        found += max(0, last - max(first - 1, through))
        through = max(through, last)
    return found
