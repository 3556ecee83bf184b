"""What holds for every request: trace, limits, headers, metrics, draining, faults."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leefwijk.service.problems import Problem
from leefwijk.service.trace import continue_trace, current_trace

_log = structlog.get_logger(__name__)

REQUESTS = Counter("http_requests_total", "Requests", ["service", "method", "route", "status"])
SECONDS = Histogram(
    "http_request_duration_seconds",
    "From the first byte of a request to the last of its answer",
    ["service", "method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered", ["service"])

MOST_DIGITS = 15
"""Digits of a Content-Length that can be meant."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


class Draining:
    """Whether the service is on its way out, and what it still has to answer."""

    def __init__(self) -> None:
        self.started = False
        self.in_flight = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def enter(self) -> None:
        """A request came in."""
        self.in_flight += 1
        self._quiet.clear()

    def leave(self) -> None:
        """A request was answered."""
        self.in_flight -= 1
        if not self.in_flight:
            self._quiet.set()

    async def quiet(self, seconds: float) -> bool:
        """Wait until nothing is in flight; says whether that came true in time."""
        try:
            await asyncio.wait_for(self._quiet.wait(), seconds)
        except TimeoutError:
            return False
        return True


class _TooLarge(Exception):  # noqa: N818 - never leaves this module
    pass


class Edge:
    """The outermost layer of a service."""

    def __init__(
        self, app: ASGIApp, *, service: str, version: str, max_body: int, draining: Draining
    ) -> None:
        self._app = app
        self._service = service
        self._headers = (*_SECURITY, (b"api-version", version.encode()))
        self._max_body = max_body
        self._draining = draining
        self._flying = IN_FLIGHT.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = _headers_of(scope)
        trace = continue_trace(headers.get(b"traceparent"), headers.get(b"x-correlation-id"))
        mark = current_trace.set(trace)
        self._draining.enter()
        self._flying.inc()
        answer = _Answer(send, self._headers)
        try:
            refusal = self._refusal(scope, headers)
            if refusal is not None:
                await refusal.response()(scope, receive, answer)
            else:
                await self._app(scope, self._limited(receive, headers), answer)
        except _TooLarge:
            await self._say(_too_large(self._max_body), scope, receive, answer)
        except Exception:  # noqa: BLE001 - logged whole; the caller gets a 500 without it
            _log.exception("a request failed", path=_route(scope))
            await self._say(
                Problem("internal", "Something went wrong here; it has been logged.", status=500),
                scope,
                receive,
                answer,
            )
        finally:
            current_trace.reset(mark)
            self._draining.leave()
            self._flying.dec()
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            route = _route(scope)
            REQUESTS.labels(self._service, method, route, str(answer.status)).inc()
            SECONDS.labels(self._service, method, route).observe(time.perf_counter() - started)

    def _refusal(self, scope: Scope, headers: MutableMapping[bytes, str]) -> Problem | None:
        length = headers.get(b"content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return Problem("invalid-input", "Content-Length is no number.")
        # digits first: Python refuses to read numbers that are thousands of digits long
        if len(length) > MOST_DIGITS or int(length) > self._max_body:
            return _too_large(self._max_body)
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            return Problem("invalid-input", "The address holds a NUL byte.")
        return None

    def _limited(self, receive: Receive, headers: MutableMapping[bytes, str]) -> Receive:
        if b"content-length" in headers:
            return receive
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_body:
                raise _TooLarge
            return message

        return limited

    async def _say(self, problem: Problem, scope: Scope, receive: Receive, answer: _Answer) -> None:
        if answer.status == 0:
            await problem.response()(scope, receive, answer)


class _Answer:
    """Sends an answer with the headers every answer has, and remembers its status."""

    def __init__(self, send: Send, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            present = {name for name, _ in message["headers"]}
            added = [item for item in self._headers if item[0] not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        await self._send(message)


def _headers_of(scope: Scope) -> dict[bytes, str]:
    return {name: value.decode("latin-1") for name, value in scope["headers"]}


def _route(scope: Scope) -> str:
    """The template of the route, never the address itself: it has no bound."""
    route: Any = scope.get("route")
    return getattr(route, "path", "none")


def _too_large(limit: int) -> Problem:
    return Problem("too-large", f"The body is larger than {limit} bytes.")
