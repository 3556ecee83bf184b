"""JSON logs that name the trace and never a person."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from leefwijk.service.trace import current_trace

PERSONAL_FIELDS = frozenset(
    {"address", "body", "email", "iban", "name", "password", "phone", "sub", "subject", "text"}
    | {"authorization", "token", "bsn", "data", "value"}
)
"""Fields that are dropped from every log line, whoever wrote them."""


def drop_personal_fields(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop fields that could hold personal data, at any depth."""
    return {
        key: _dropped(value) for key, value in event.items() if key.lower() not in PERSONAL_FIELDS
    }


def _dropped(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _dropped(inner)
            for key, inner in value.items()
            if str(key).lower() not in PERSONAL_FIELDS
        }
    if isinstance(value, list):
        return [_dropped(inner) for inner in value]
    return value


def _add_trace(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    trace = current_trace.get()
    if trace is not None:
        event["trace_id"] = trace.trace_id
        event["correlation_id"] = trace.correlation
    return event


def configure_logs(service: str, level: str = "INFO") -> None:
    """Send everything, libraries included, as one JSON line each to standard output."""

    def add_service(
        _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        _add_trace,
        structlog.processors.format_exc_info,
        drop_personal_fields,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "httpx", "httpcore", "kafka", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")
