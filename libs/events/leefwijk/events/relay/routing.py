"""Which topics an event goes to, and with which headers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leefwijk.events.catalogue import Catalogue
from leefwijk.events.envelope import Headers, partner_headers, platform_headers
from leefwijk.events.event import Audience
from leefwijk.events.store.records import StoredEvent
from leefwijk.events.topics import partner_topic, platform_topic


@dataclass(frozen=True)
class Routing:
    """Which topics an event goes to, and with which headers."""

    service: str
    source: str
    catalogue: Catalogue
    municipalities: frozenset[str]
    """The municipalities that have partner topics."""

    def topics(self) -> list[str]:
        """Every topic of the service."""
        names = [platform_topic(self.service)]
        audiences = {event.audience for event in self.catalogue.of_service(self.service)}
        if Audience.PARTNERS in audiences:
            names += [partner_topic(self.service, code) for code in sorted(self.municipalities)]
        return names

    def records(self, event: StoredEvent) -> Iterable[tuple[str, Headers]]:
        """Topic and headers of each record that the event becomes."""
        audience = self.audience(event.type)
        if audience is Audience.VAULT:
            return
        yield platform_topic(self.service), platform_headers(event, self.source)
        if audience is Audience.PARTNERS:
            # what was no partner fact when it was recorded has no number, and stays inside
            for code in event.metadata.get("partnersequences", ()):
                if code in self.municipalities:
                    yield (
                        partner_topic(self.service, code),
                        partner_headers(event, self.source, code),
                    )

    def audience(self, type_: str) -> Audience:
        """The audience the definition states; an event that is no longer known stays inside."""
        try:
            return self.catalogue.find(type_).audience
        except LookupError:
            return Audience.PLATFORM
