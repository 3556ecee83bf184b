"""Logs: JSON, with the trace, and without anybody's data."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog

from leefwijk.service.logs import PERSONAL_FIELDS, configure_logs, drop_personal_fields
from leefwijk.service.trace import Trace, current_trace


@pytest.fixture
def lines(logs_kept: None) -> Any:
    """Configures the logs; call it for the lines written since."""
    structlog.reset_defaults()
    configure_logs("notes")
    written = io.StringIO()
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in written.getvalue().splitlines()]

    yield read
    structlog.reset_defaults()


@pytest.mark.parametrize("name", sorted(PERSONAL_FIELDS))
def test_personal_fields_are_dropped_whoever_writes_them(name: str, lines: Any) -> None:
    """A field that could hold personal data is in no line, at any depth and in any case."""
    structlog.get_logger("test").info(
        "seen", **{name: "Mrs. De Vries", "deep": {name.upper(): "Mrs. De Vries", "kept": 1}}
    )
    (line,) = lines()
    assert "De Vries" not in json.dumps(line)
    assert line["deep"] == {"kept": 1}
    assert line["event"] == "seen"


def test_what_names_a_person_is_a_personal_field() -> None:
    """The list holds at least these, whatever else is added."""
    sure = {"name", "address", "email", "phone", "iban", "bsn", "text", "sub", "subject"}
    assert sure | {"authorization", "token", "password", "body"} <= PERSONAL_FIELDS


def test_personal_fields_in_lists_are_dropped_too() -> None:
    """Rows of a list are looked through as well."""
    found = drop_personal_fields(None, "", {"rows": [{"name": "De Vries", "id": 1}]})
    assert found == {"rows": [{"id": 1}]}


def test_a_line_names_service_level_and_time(lines: Any) -> None:
    """Every line is JSON with the same few fields."""
    structlog.get_logger("test").warning("seen", count=3)
    (line,) = lines()
    assert line["service"] == "notes"
    assert line["level"] == "warning"
    assert line["count"] == 3
    assert line["timestamp"].endswith("Z")


def test_lines_of_libraries_look_the_same(lines: Any) -> None:
    """What a library logs is JSON with the service's name too."""
    logging.getLogger("some.library").warning("it says %s", "hello")
    (line,) = lines()
    assert (line["event"], line["service"]) == ("it says hello", "notes")


def test_a_line_names_the_trace_it_belongs_to(lines: Any) -> None:
    """Inside a request every line has its trace and correlation, outside none has."""
    mark = current_trace.set(Trace("ab" * 16, "cd" * 8, "case-7"))
    structlog.get_logger("test").info("inside")
    logging.getLogger("some.library").warning("inside too")
    current_trace.reset(mark)
    structlog.get_logger("test").info("outside")
    inside, library, outside = lines()
    for line in (inside, library):
        assert (line["trace_id"], line["correlation_id"]) == ("ab" * 16, "case-7")
    assert "trace_id" not in outside


def test_an_exception_is_one_line(lines: Any) -> None:
    """A traceback stands in its line's own field."""
    try:
        raise ValueError("wrong")
    except ValueError:
        structlog.get_logger("test").exception("it failed")
    (line,) = lines()
    assert "ValueError: wrong" in line["exception"]


async def test_a_request_that_breaks_is_logged_with_its_trace_and_told_to_nobody(
    service: Any, lines: Any
) -> None:
    """The caller gets a bare 500; the log has the whole of it under the caller's trace."""
    answer = await service.client.get(
        "/breaks", headers={"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-01"}
    )
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal"
    assert "De Vries" not in answer.text
    failed = [line for line in lines() if line["event"] == "a request failed"]
    assert failed[0]["trace_id"] == "a1" * 16
    assert failed[0]["path"].endswith("/breaks")
