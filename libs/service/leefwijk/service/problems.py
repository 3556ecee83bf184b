"""Every error as problem+json (RFC 9457) with a stable code."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from leefwijk.events.decider import RefusedError
from leefwijk.events.fields import AREA_CODE, AREA_PATTERN
from leefwijk.events.handling import (
    BusyError,
    NotFoundError,
    UnavailableError,
    VersionConflictError,
)
from leefwijk.events.store.records import TooLargeError

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "urn:nl.leefbaarheid:problem:"

STATUS_OF_CODE = {
    "invalid-input": 400,
    "area-edition-missing": 400,
    "role-not-allowed": 403,
    "outside-own-municipality": 403,
    "not-your-referral": 403,
    "not-found": 404,
    "version-conflict": 412,
    "version-required": 428,
    "idempotency-key-reused": 422,
    "in-progress": 409,
    "story-erased": 410,
    "too-large": 413,
    "busy": 503,
    "unavailable": 503,
    "read-side-behind": 503,
}
"""Codes with a status of their own; every other refusal is a 409."""


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """An answer that is not what was asked for."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status or STATUS_OF_CODE.get(code, 409)
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> Response:
        """The problem as it goes over the wire."""
        body = {
            "type": f"{TYPE_BASE}{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.members,
        }
        return JSONResponse(body, self.status, self.headers, MEDIA_TYPE)


class ProblemModel(BaseModel):
    """The members of a problem, for the API's description."""

    model_config = ConfigDict(title="Problem", extra="allow")

    type: str
    title: str
    status: int
    code: str = Field(description="Stable: programs may rely on it")
    detail: str = Field(description="A sentence for people")


def invalid_input(faults: list[dict[str, str]]) -> Problem:
    """All faults of a request at once; no value is repeated."""
    said = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in faults[:3])
    return Problem("invalid-input", said or "The request is not valid.", faults=faults)


def schema_faults(error: ValidationError, where: str = "#") -> Problem:
    """A 400 that lists every schema fault with its JSON pointer."""
    bare = [str(fault["input"]) for fault in error.errors() if _is_bare_area(fault)]
    faults = [
        {
            "pointer": "/".join([where, *(str(part) for part in fault["loc"])]),
            "code": fault["type"],
            "detail": fault["msg"],
        }
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    if len(bare) == len(faults):
        return area_edition_missing(bare[0], faults=faults)
    return invalid_input(faults)


def area_edition_missing(code: str, **members: Any) -> Problem:
    """A 400 for an area that was named by its code only (MON-02)."""
    return Problem(
        "area-edition-missing",
        f"Say which year's division you mean; {code} is not the same place in every edition.",
        **members,
    )


def _is_bare_area(fault: Mapping[str, Any]) -> bool:
    pattern = fault.get("ctx", {}).get("pattern")
    return pattern == AREA_PATTERN and bool(AREA_CODE.fullmatch(str(fault.get("input"))))


def as_problem(error: Exception) -> Problem | None:  # noqa: PLR0911 - one arm per kind of error
    """The problem that an error of the kit stands for, or none if it is not one of the kit's."""
    match error:
        case Problem():
            return error
        case RefusedError():
            first = error.faults[0]
            return Problem(
                first.code,
                " ".join(fault.sentence for fault in error.faults),
                refusals=[
                    {"code": fault.code, "detail": fault.sentence, **fault.figures}
                    for fault in error.faults
                ],
            )
        case NotFoundError():
            return Problem("not-found", "There is no such resource.")
        case VersionConflictError():
            return Problem(
                "version-conflict",
                error.changed or f"It changed after you read it: it stands at version {error.now}.",
                version=error.now,
            )
        case TooLargeError():
            return Problem("too-large", str(error))
        case BusyError():
            return Problem(
                "busy",
                "Others changed the same thing every time; try again in a moment.",
                headers={"Retry-After": "1"},
            )
        case UnavailableError():
            return Problem(
                "unavailable",
                "The store cannot be reached, so it is not known whether this was recorded. "
                "Try again with the same Idempotency-Key.",
                headers={"Retry-After": "2"},
            )
    return None
