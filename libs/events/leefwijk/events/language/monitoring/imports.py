"""Imports: one run of one file, that ends complete or is withdrawn as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason, ShortText

Count = Annotated[int, Field(ge=0)]


class ImportStarted(Event, type="nl.leefbaarheid.imports.import-started.v1"):
    """A file is being imported; its content stands beside, by its hash."""

    source: Identifier
    source_edition: Identifier
    area_edition: Annotated[int, Field(ge=1900, le=2999)]
    delivery: Annotated[int, Field(ge=1)] = 1
    areas: Literal["known-only", "register-missing"]
    content_hash: str
    file_name: ShortText


class ImportCompleted(Event, type="nl.leefbaarheid.imports.import-completed.v1"):
    """Every row was judged and the good ones recorded."""

    rows: Count
    good: Count
    bad: Count
    remarks: Count
    recorded: Count
    """Areas whose figures, names or borders were recorded for the first time."""
    revised: Count
    unchanged: Count


class ImportWithdrawn(Event, type="nl.leefbaarheid.imports.import-withdrawn.v1"):
    """The import was taken back as a whole; what rests on it is questioned, not deleted."""

    reason: Reason


class ImportFailed(Event, type="nl.leefbaarheid.imports.import-failed.v1"):
    """The import could not be read as its mapping says; nothing of it was recorded."""

    reason: Reason
