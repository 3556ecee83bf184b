"""Organisations as monitoring registered them: who may hand in, and who may be asked for advice."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.decider import refuse
from leefwijk.events.language.monitoring.partners import PartnerKind


@dataclass(frozen=True)
class KnownParty:
    """A registered organisation, with where it works with the corporation today."""

    partner: str
    kind: PartnerKind
    works_in: frozenset[str] = frozenset()

    def require_tenants_of(self, municipalities: tuple[str, ...]) -> None:
        """Refuse who cannot give formal advice there: the law names the tenants' organisation.

        `not-a-tenants-organisation`, `outside-own-municipality` (Wohv art. 3, PAR-27).
        """
        if self.kind is not PartnerKind.TENANTS_ORGANISATION:
            refuse(
                "not-a-tenants-organisation",
                "Formal advice is asked of a tenants' organisation, and this is none.",
                kind=self.kind.value,
            )
        if not self.works_in & set(municipalities):
            refuse(
                "outside-own-municipality",
                f"It does not work with us in {', '.join(municipalities)}.",
            )
