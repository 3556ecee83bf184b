"""Experiments of an initiative: own rules set aside to learn something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from leefwijk.events.language.gates import Gate


@dataclass(frozen=True)
class AgreedExperiment:
    """An experiment, with what became of it."""

    experiment: str
    gates: tuple[Gate, ...]
    question: str
    role: str
    on: date
    until: date
    answer: str | None = None
    concluded: date | None = None
    expired: date | None = None
    by: int = 0
    """The opaque number of who answers for it."""
    round: int = 1
    """The round of the initiative that it was agreed for: it sets nothing aside in a later one."""

    def runs_on(self, day: date) -> bool:
        """Whether it sets its rules aside on this day; its last day counts."""
        return self.concluded is None and self.on <= day <= self.until
