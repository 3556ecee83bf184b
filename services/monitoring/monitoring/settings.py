"""Settings of monitoring."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leefwijk.service.settings import ServiceSettings


class MonitoringSettings(ServiceSettings):
    """Files of imports are larger than commands."""

    max_body_bytes: Annotated[int, Field(ge=1024)] = 64 * 1024 * 1024
