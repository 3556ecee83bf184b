"""Settings of housing mix."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leefwijk.service.settings import ServiceSettings


class HousingMixSettings(ServiceSettings):
    """Deliveries are larger than commands."""

    max_body_bytes: Annotated[int, Field(ge=1024)] = 32 * 1024 * 1024
