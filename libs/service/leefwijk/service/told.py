"""What readers are told in words: people of the platform, and nobody outside (decision 0035)."""

from __future__ import annotations

from collections.abc import Iterable

from leefwijk.events.language.gates import GateLine, GateVerdict
from leefwijk.service.identity import Principal

ToldLine = GateLine | GateVerdict
"""A gate in words for people of the platform, in codes for whoever else may read it."""


def told_lines(reader: Principal, lines: Iterable[GateLine]) -> list[ToldLine]:
    """The lines as this reader is told them: outside in codes, without reason and way on."""
    return [line if reader.inside else line.verdict() for line in lines]


def told_words(reader: Principal, words: str | None) -> str | None:
    """Words that were written for people of the platform; none for anybody else."""
    return words if reader.inside else None
