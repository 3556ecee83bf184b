"""Every list of every service: a page for apps and, with the same filters, a sheet for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from api_cases import OPERATIONS, Services, address_of
from api_kit import Operation, Service, descriptions

from leefwijk.service.roles import Role

NO_SHEETS = {
    "/events": "events as they were stored, for audit and for consumers with a gap",
    "/involvement-checks/{checkId}/explanations": "words of one check, read by those who may",
}
"""Lists that nobody reads in a spreadsheet, with the reason."""
FILTERED_BY = {
    "area": "area",
    "themes": "theme",
    "theme": "theme",
    "status": "status",
    "title": "title",
    "role": "role",
}
"""What people look for a thing by, if it has it: field and filter."""
NOT_FILTERED_BY = {
    ("/effort-statuses", "area"): "its items are the areas",
    ("/base-agenda", "area"): "the work of one municipality, the most urgent first",
    ("/involvement-agenda", "area"): "the work of one municipality, the soonest first",
    ("/involvement-agenda", "theme"): "the work of one municipality, the soonest first",
    ("/owed-checks", "role"): "of who set the gate aside, which is always the director",
}


def _items_of(operation: Operation) -> dict[str, Any] | None:
    """The schema of an item, if the operation answers a list."""
    if operation.method != "get":
        return None
    document = descriptions()[operation.service]
    described = document["paths"][operation.path]["get"]
    found = described["responses"]["200"].get("content", {}).get("application/json", {})
    schema = _resolved(document, found.get("schema", {}))
    listed = schema if schema.get("type") == "array" else schema.get("properties", {}).get("items")
    return _resolved(document, listed["items"]) if listed and "items" in listed else None


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return found
    return schema


LISTS = [one for one in OPERATIONS if _items_of(one) is not None and one.path not in NO_SHEETS]
every_list = pytest.mark.parametrize("operation", LISTS, ids=str)


def _filters(operation: Operation) -> Iterator[str]:
    yield from (parameter["name"] for parameter in operation.within("query"))


async def _read(service: Service, operation: Operation, **asked: str) -> Any:
    """What the service itself is answered, which sees everything."""
    path, _, _ = address_of(operation, service).partition("?")
    needed = {one["name"]: "GM0106" for one in operation.within("query") if one.get("required")}
    answer = await service.client.get(
        path, params=needed | asked, headers=service.bearer(Role.SERVICE)
    )
    assert answer.status_code == 200, answer.text
    return answer


def _rows(answer: Any) -> list[list[str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def test_lists_are_found() -> None:
    """There are lists in every service that has any; what has no sheet still exists."""
    assert {one.service for one in LISTS} == set(descriptions())
    assert {one.path for one in OPERATIONS} >= NO_SHEETS.keys()
    assert {one.path for one in LISTS} >= {path for path, _ in NOT_FILTERED_BY}


@every_list
async def test_every_list_is_a_sheet_too(operation: Operation, services: Services) -> None:
    """EVA-36: the same items in the same order, all of them, under Dutch heads, no formula."""
    service = services[operation.service]
    assert "format" in _filters(operation), f"{operation} has no sheet"
    described = descriptions()[operation.service]["paths"][operation.path]["get"]
    assert "text/csv" in described["responses"]["200"]["content"]
    found = (await _read(service, operation, format="json")).json()
    items = found["items"] if isinstance(found, dict) else found
    small = {"limit": "1"} if "limit" in _filters(operation) else {}
    head, *rows = _rows(await _read(service, operation, format="csv", **small))
    schema = _items_of(operation)
    assert schema is not None
    assert len(head) == len(set(head)) >= 2
    assert all(name[:1].isupper() for name in head), "heads are for people"
    assert len(rows) == len(items)
    assert all(len(row) == len(head) for row in rows)
    name = next(
        name for name in ("by", "id", "area", "year", "indicator") if name in schema["properties"]
    )
    assert [row[0] for row in rows] == [str(item[name]) for item in items]
    for row in rows:
        assert not any(value.startswith(("=", "+", "@", "\t", "\r")) for value in row)


@every_list
async def test_every_list_is_a_sheet_by_its_header(
    operation: Operation, services: Services
) -> None:
    """Whoever accepts CSV rather than JSON gets it without a word in the address."""
    service = services[operation.service]
    path, _, _ = address_of(operation, service).partition("?")
    needed = {one["name"]: "GM0106" for one in operation.within("query") if one.get("required")}
    headers = service.bearer(Role.SERVICE) | {"Accept": "text/csv"}
    answer = await service.client.get(path, params=needed, headers=headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="' in answer.headers["content-disposition"]


@every_list
def test_every_list_is_filtered_by_what_people_look_for(operation: Operation) -> None:
    """Items with an area, theme, status, title or role are found by it."""
    schema = _items_of(operation)
    assert schema is not None
    filters = {*_filters(operation), *(one["name"][:4] for one in operation.within("path"))}
    missing = {
        wanted
        for field, wanted in FILTERED_BY.items()
        if field in schema["properties"]
        and wanted not in filters
        and (operation.path, wanted) not in NOT_FILTERED_BY
    }
    assert not missing, f"{operation} cannot be filtered by {', '.join(sorted(missing))}"
