"""What holds for every answer: headers, limits, metrics, traces, addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from leefwijk.service.roles import Role
from leefwijk.service.trace import continue_trace

SECURITY = {
    "cache-control": "no-store",
    "content-security-policy": "frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "api-version": "1.0.0",
}
ORIGIN = "https://app.corporation.example"


def _series(service: Any) -> set[tuple[str, str, str]]:
    """Method, route and status of every series of requests of this service."""
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"])
        for metric in REGISTRY.collect()
        if metric.name == "http_requests"
        for sample in metric.samples
        if sample.labels.get("service") == service.name and sample.name.endswith("_total")
    }


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/v1/notes", 200),
        ("GET", "/v1/notes?limit=x", 400),
        ("GET", "/v1/notes/nothing", 404),
        ("GET", "/v1/nowhere", 404),
        ("DELETE", "/v1/notes", 405),
        ("GET", "/v1/notes/%00", 400),
        ("POST", "/v1/notes", 415),
        ("GET", "/v1/breaks", 500),
        ("GET", "/livez", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/v1/openapi.json", 200),
    ],
)
async def test_every_answer_has_the_security_headers_and_the_version(
    method: str, address: str, status: int, service: Any
) -> None:
    """No answer goes without them, whether it is good, refused or broken."""
    answer = await service.client.request(
        method, f"http://notes.test{address}", headers=service.headers()
    )
    assert answer.status_code == status
    for name, value in SECURITY.items():
        assert answer.headers[name] == value, name
    assert "server" not in answer.headers
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unauthorized_answer_has_them_too(service: Any) -> None:
    """A 401 says how to come in, and has every header."""
    answer = await service.client.get("/notes")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="leefwijk"'
    assert SECURITY.items() <= dict(answer.headers).items()


@pytest.mark.parametrize(
    "address", ["/notes/", "/notes//", "//notes", "/notes/x/", "/openapi.json/"]
)
async def test_a_slash_too_many_is_a_404_without_a_redirect(address: str, service: Any) -> None:
    """NL API Design Rules, no trailing slash: nothing is there, and nobody is sent elsewhere."""
    answer = await service.client.get(f"http://notes.test/v1{address}", headers=service.headers())
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "location" not in answer.headers


async def test_metrics_name_routes_and_never_addresses(service: Any) -> None:
    """However many ids and unknown addresses are asked for, the labels do not grow."""
    await service.client.get("/notes/one", headers=service.headers())
    await service.client.get("/nowhere/one", headers=service.headers())
    await service.client.request("BREW", "/nowhere")
    before = _series(service)
    for step in range(25):
        await service.client.get(f"/notes/{step}", headers=service.headers())
        await service.client.get(f"/nowhere/{step}?q={step}", headers=service.headers())
        await service.client.get(f"/notes/{step}/counts/{step}", headers=service.headers())
        await service.client.request(f"BREW{step}", "/nowhere")
    assert _series(service) == before
    routes = {route for _, route, _ in before}
    assert any(route.endswith("/notes/{noteId}") for route in routes), routes
    assert "none" in routes
    assert all("one" not in route.split("/") for route in routes)
    assert {method for method, _, _ in before} == {"GET", "OTHER"}


async def test_metrics_can_be_read(service: Any) -> None:
    """What is counted is shown, in the text format."""
    await service.client.get("/notes", headers=service.headers())
    shown = await service.client.get("http://notes.test/metrics")
    assert 'http_requests_total{method="GET",route="' in shown.text
    assert service.name in shown.text


async def test_a_body_above_the_limit_is_refused_unread(make_service: Any) -> None:
    """An announced length above the limit is refused before a byte is read."""
    service = make_service(max_body_bytes=2048)
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b" " * 1024

    headers = {**service.headers(), "Content-Type": "application/json"}
    announced = await service.client.post(
        "/notes", content=pieces(), headers={**headers, "Content-Length": "102400"}
    )
    assert (announced.status_code, announced.json()["code"]) == (413, "too-large")
    assert read == 0
    streamed = await service.client.post("/notes", content=pieces(), headers=headers)
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too-large")
    assert read <= 4


async def test_a_trace_goes_from_the_request_into_its_events(service: Any) -> None:
    """The caller's trace and correlation stand in the metadata of what was recorded."""
    await service.write(
        **{"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-01", "X-Correlation-Id": "case-7"}
    )
    ((metadata,),) = await service.rows("select metadata from events")
    assert metadata["traceparent"].split("-")[1] == "a1" * 16
    assert metadata["traceparent"].split("-")[2] != "b2" * 8
    assert metadata["correlation"] == "case-7"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        f"00-{'0' * 32}-{'b2' * 8}-01",
        f"ff-{'a1' * 16}-{'b2' * 8}-01",
        f"00-{'A1' * 16}-{'b2' * 8}-01",
        f"00-{'a1' * 16}-{'b2' * 8}-01\n",
        f"00-{'a1' * 16}-{'0' * 16}-01",
        f"00-{'a1' * 16}-{'b2' * 8}",
    ],
)
def test_a_trace_that_is_none_starts_a_new_one(header: str | None) -> None:
    """W3C trace context: whatever is malformed is as good as absent."""
    trace = continue_trace(header, None)
    assert trace.trace_id not in {"a1" * 16, "0" * 32}
    assert len(trace.trace_id) == 32
    assert trace.correlation == trace.trace_id


@pytest.mark.parametrize("said", ["", "a b", "x" * 65, "é", "a\nb", "<script>"])
def test_a_correlation_is_a_short_word_or_nothing(said: str) -> None:
    """What callers send along goes into logs and events only if it is harmless."""
    assert continue_trace(None, said).correlation != said


async def test_only_named_origins_may_call_from_a_browser(make_service: Any) -> None:
    """An origin of the list is let in with what it needs; another one is told nothing."""
    service = make_service(cors_origins=(ORIGIN,))
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "Authorization, Content-Type, If-Match, Idempotency-Key",
    }
    good = await service.client.options("/notes", headers={"Origin": ORIGIN, **asked})
    assert good.status_code == 200
    assert good.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in good.headers
    bad = await service.client.options(
        "/notes", headers={"Origin": "https://evil.example", **asked}
    )
    assert "access-control-allow-origin" not in bad.headers
    read = await service.client.get("/notes", headers={**service.headers(), "Origin": ORIGIN})
    assert read.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in read.headers["access-control-expose-headers"]


async def test_without_a_list_no_origin_may(service: Any) -> None:
    """No origin is the default."""
    answer = await service.client.get(
        "/notes", headers={**service.headers(), "Origin": "https://evil.example"}
    )
    assert "access-control-allow-origin" not in answer.headers


async def test_the_description_is_for_everybody(service: Any) -> None:
    """NL API Design Rules, publish-openapi: without a token and from any origin."""
    answer = await service.client.get("/openapi.json", headers={"Origin": "https://any.example"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json()["openapi"].startswith("3.1")


async def test_a_caller_has_one_number_whoever_asks_first(service: Any) -> None:
    """Events name an opaque number: one per caller, the same for all that it does."""
    for subject in ("an", "an", "bert"):
        await service.noted(subject=subject)
    numbers = [
        row[0]["actor"]
        for row in await service.rows("select metadata from events order by position")
    ]
    assert numbers[0] == numbers[1] != numbers[2]
    assert all(isinstance(number, int) for number in numbers)
    rows = await service.rows("select number, subject from actors")
    assert {row.subject: row.number for row in rows} == {"an": numbers[0], "bert": numbers[2]}


async def test_a_caller_gets_one_number_from_many_requests_at_once(make_service: Any) -> None:
    """Two processes that meet a caller at the same moment agree on its number."""
    services = [make_service(), make_service()]
    await asyncio.gather(*(services[step % 2].noted(subject="an") for step in range(10)))
    found = await services[0].rows("select distinct metadata->>'actor' from events")
    assert len(found) == 1
    assert len(await services[0].rows("select 1 from actors")) == 1


async def test_events_name_no_subject(service: Any) -> None:
    """Neither event nor metadata holds who it was, only the number and the role."""
    await service.noted(subject="an.de.vries@corporation.example")
    ((found,),) = await service.rows(
        "select cast(metadata as text) || cast(data as text) from events"
    )
    assert "vries" not in found
    assert Role.NEIGHBOURHOOD_WORKER.value in found
