"""W3C trace context, from a request through its events to the read models."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})-[0-9a-f]{2}"
)


@dataclass(frozen=True)
class Trace:
    """The trace that a piece of work belongs to."""

    trace_id: str
    span_id: str
    correlation: str

    @property
    def traceparent(self) -> str:
        """The header to hand on."""
        return f"00-{self.trace_id}-{self.span_id}-01"


current_trace: ContextVar[Trace | None] = ContextVar("current_trace", default=None)


def continue_trace(traceparent: str | None, correlation: str | None) -> Trace:
    """Go on with the caller's trace, or start one where the header is absent or malformed."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    sound = (
        found
        and found["version"] != "ff"
        and set(found["trace"]) != {"0"}
        and set(found["parent"]) != {"0"}
    )
    trace_id = found["trace"] if found and sound else secrets.token_hex(16)
    accepted = correlation if re.fullmatch(r"[\w.-]{1,64}", correlation or "", re.ASCII) else None
    return Trace(trace_id, secrets.token_hex(8), accepted or trace_id)
