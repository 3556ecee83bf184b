"""Problems: one shape for every no."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest

from leefwijk.events.decider import Fault, RefusedError
from leefwijk.events.handling import (
    BusyError,
    NotFoundError,
    UnavailableError,
    VersionConflictError,
)
from leefwijk.events.store.records import TooLargeError
from leefwijk.service.problems import STATUS_OF_CODE, Problem, as_problem, invalid_input


def body_of(problem: Problem) -> dict[str, object]:
    """The problem as it goes over the wire."""
    answer = problem.response()
    assert answer.media_type == "application/problem+json"
    found: dict[str, object] = json.loads(bytes(answer.body))
    assert found["status"] == answer.status_code
    return found


@pytest.mark.parametrize(("code", "status"), sorted(STATUS_OF_CODE.items()))
def test_every_code_has_its_status(code: str, status: int) -> None:
    """Title, status, detail, code and type stand in every problem (RFC 9457)."""
    body = body_of(Problem(code, "A sentence."))
    assert body == {
        "type": f"urn:nl.leefbaarheid:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": "A sentence.",
    }


def test_a_refusal_of_the_domain_is_a_409_with_all_its_reasons() -> None:
    """Every fault of a refusal is told, with its figures; the first gives the code."""
    error = RefusedError(
        Fault("budget-short", "There is 100.00 left.", {"left": "100.00"}),
        Fault("line-unknown", "Line 4 was not asked for.", {"line": 4}),
    )
    problem = as_problem(error)
    assert problem is not None
    body = body_of(problem)
    assert (body["status"], body["code"]) == (409, "budget-short")
    assert body["detail"] == "There is 100.00 left. Line 4 was not asked for."
    assert body["refusals"] == [
        {"code": "budget-short", "detail": "There is 100.00 left.", "left": "100.00"},
        {"code": "line-unknown", "detail": "Line 4 was not asked for.", "line": 4},
    ]


@pytest.mark.parametrize(
    ("error", "status", "code", "again"),
    [
        (NotFoundError("notes-1"), 404, "not-found", None),
        (VersionConflictError(1, 3), 412, "version-conflict", None),
        (TooLargeError("notes-1", 10**7), 413, "too-large", None),
        (BusyError(), 503, "busy", "1"),
        (UnavailableError(), 503, "unavailable", "2"),
    ],
)
def test_errors_of_the_kit_are_problems(
    error: Exception, status: int, code: str, again: str | None
) -> None:
    """What helps to be tried again says when."""
    problem = as_problem(error)
    assert problem is not None
    assert (problem.status, problem.code) == (status, code)
    assert problem.headers.get("Retry-After") == again


def test_a_conflict_says_in_words_what_changed() -> None:
    """People are told what happened since they read; programs get the version."""
    problem = as_problem(VersionConflictError(1, 3, "An objection came in."))
    assert problem is not None
    body = body_of(problem)
    assert (body["detail"], body["version"]) == ("An objection came in.", 3)


def test_what_nobody_foresaw_is_no_problem_of_the_kit() -> None:
    """An error of another kind is left to the outermost layer."""
    assert as_problem(RuntimeError("oops")) is None


def test_all_faults_of_a_request_are_listed() -> None:
    """The list is whole; the sentence stays short."""
    faults = [{"pointer": f"#/{n}", "code": "x", "detail": "no"} for n in range(9)]
    body = body_of(invalid_input(faults))
    assert body["faults"] == faults
    assert str(body["detail"]).count(";") == 2
