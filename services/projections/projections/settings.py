"""Settings of the projection service."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leefwijk.service.settings import ServiceSettings


class ProjectionsSettings(ServiceSettings):
    """What the API and the worker need to know."""

    worker_port: Annotated[int, Field(ge=1, le=65535)] = 8110
    """Where the worker shows its health and metrics."""
    monitoring_url: str = "http://127.0.0.1:8105"
    initiatives_url: str = "http://127.0.0.1:8101"
    participation_url: str = "http://127.0.0.1:8102"
    housing_mix_url: str = "http://127.0.0.1:8104"
    service_token_file: str | None = None
    """A file with a token of role `service`, to read missing events from their owners."""

    @property
    def owners(self) -> dict[str, str]:
        """Where the services answer whose events read models are made of."""
        return {
            "monitoring": self.monitoring_url,
            "initiatives": self.initiatives_url,
            "participation": self.participation_url,
            "housing_mix": self.housing_mix_url,
        }
