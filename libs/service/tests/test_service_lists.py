"""Lists: pages, filters, cursors."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from leefwijk.events.store import listing
from leefwijk.service import sheets
from leefwijk.service.reads import Resource
from leefwijk.service.sheets import Sheet, cell

NEXT = re.compile(r'<(?P<target>[^>]+)>; rel="next"')


async def _all_pages(service: Any, query: str) -> list[list[str]]:
    """The ids of every page, by following the Link headers."""
    pages: list[list[str]] = []
    target: str | None = f"/v1/notes?{query}"
    while target is not None:
        answer = await service.client.get(f"http://notes.test{target}", headers=service.headers())
        assert answer.status_code == 200, answer.text
        pages.append([item["id"] for item in answer.json()["items"]])
        link = NEXT.fullmatch(answer.headers.get("link", ""))
        assert (link is None) == (answer.json()["next"] is None)
        target = link["target"] if link else None
    return pages


async def test_links_lead_through_all_pages_newest_first(service: Any) -> None:
    """Seven notes in pages of three: each once, newest first, and no link on the last page."""
    ids = [await service.noted() for _ in range(7)]
    pages = await _all_pages(service, "limit=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [id_ for page in pages for id_ in page] == ids[::-1]


async def test_a_list_can_be_read_oldest_first(service: Any) -> None:
    """The sort holds on every page."""
    ids = [await service.noted() for _ in range(5)]
    pages = await _all_pages(service, "limit=2&sort=created")
    assert [id_ for page in pages for id_ in page] == ids


async def test_a_page_that_is_just_full_is_the_last(service: Any) -> None:
    """As many as the limit are one page without a link."""
    for _ in range(2):
        await service.noted()
    assert [len(page) for page in await _all_pages(service, "limit=2")] == [2]


async def test_nothing_written_meanwhile_moves_a_page(service: Any) -> None:
    """What is new after the first page is on none of the later ones."""
    ids = [await service.noted() for _ in range(4)]
    first = await service.client.get("/notes?limit=2", headers=service.headers())
    await service.noted()
    cursor = first.json()["next"]
    second = await service.client.get(
        "/notes", params={"limit": 2, "cursor": cursor}, headers=service.headers()
    )
    assert [item["id"] for item in second.json()["items"]] == ids[1::-1]


async def test_filters_hold_on_every_page(service: Any) -> None:
    """Links keep the filter, and nothing else comes through it."""
    odd = []
    for step in range(8):
        id_ = await service.noted()
        if step % 2:
            await service.count(id_, 1, version=1)
            odd.append(id_)
    pages = await _all_pages(service, "limit=2&parity=odd")
    assert [id_ for page in pages for id_ in page] == odd[::-1]
    assert len(pages) == 2


async def test_titles_can_be_searched(service: Any) -> None:
    """A word of the title finds it, in any of its forms."""
    id_ = await service.noted(title="Moestuinen aan de Lariks")
    await service.noted(title="Koffie")
    found = await service.client.get("/notes?title=moestuin", headers=service.headers())
    assert [item["id"] for item in found.json()["items"]] == [id_]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=bm9wZQ",
        "cursor=WzEsMl0",
        "cursor=WyIyMDI2LTAxLTAxIiwieCJd",
        "limit=0",
        "limit=201",
        "limit=x",
        "sort=title",
        "parity=prime",
        "surprise=1",
        "format=xml",
        "Limit=3",
    ],
)
async def test_what_a_list_does_not_know_is_a_400(query: str, service: Any) -> None:
    """A cursor that the list never gave, and any other wrong or unknown key, is refused."""
    answer = await service.client.get(f"/notes?{query}", headers=service.headers())
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert answer.json()["faults"][0]["pointer"]


async def test_all_faults_of_a_query_are_told_at_once(service: Any) -> None:
    """Two wrong keys are two faults in one answer."""
    answer = await service.client.get("/notes?limit=0&sort=title", headers=service.headers())
    assert len(answer.json()["faults"]) == 2


async def _sheet(service: Any, query: str = "format=csv", **headers: str) -> Any:
    answer = await service.client.get(f"/notes?{query}", headers=service.headers(**headers))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return answer


def _rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


async def test_a_list_is_a_sheet_for_whoever_asks_for_one(service: Any) -> None:
    """The same filter and order, Dutch heads, every row: by the key and by the Accept header."""
    ids = [await service.noted() for _ in range(5)]
    for answer in (
        await _sheet(service, "format=csv&limit=2"),
        await _sheet(service, "limit=2", Accept="text/csv, application/json;q=0.5"),
    ):
        head, *rows = _rows(answer)
        assert head == ["Kenmerk", "Titel", "Aantal"]
        assert [row[0] for row in rows] == ids[::-1]
        assert "link" not in answer.headers
    assert len(_rows(await _sheet(service, "format=csv&parity=odd"))) == 1
    as_json = await service.client.get(
        "/notes?format=json", headers=service.headers(Accept="text/csv")
    )
    assert as_json.headers["content-type"] == "application/json"


@pytest.mark.parametrize("title", ["=1+1", "+31", "-2", "@SUM(A1)", "\t=1", " =1"])
async def test_no_cell_is_ever_a_formula(title: str, service: Any) -> None:
    """Whatever a spreadsheet would calculate is text in it."""
    assert cell(title) == f"'{title}"
    assert cell([title, "b"]).startswith("'")


def test_cells_are_what_people_read() -> None:
    """Nothing is empty, truth is Dutch, a negative number stays a number."""
    assert [cell(one) for one in (None, True, False, -3, ["a", "b"], "a;b")] == [
        *("", "ja", "nee", "-3", "a; b", "a;b")
    ]


async def test_a_sheet_is_whole_and_of_one_moment(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EVA-36: all seven notes in the order of the list, as they stood when the sheet was begun.

    One is changed and one is added while it is sent: neither shows.
    """
    monkeypatch.setattr(sheets, "ROWS_AT_ONCE", 3)
    ids = [await service.noted() for _ in range(7)]
    await service.count(ids[0], 2, version=1)
    read, changed = listing.documents, False

    async def documents(*asked: Any) -> Any:
        nonlocal changed
        if not changed:
            changed = True
            assert (await service.count(ids[0], 40, version=2)).status_code == 201
            await service.noted()
        return await read(*asked)

    monkeypatch.setattr(listing, "documents", documents)
    _, *rows = _rows(await _sheet(service))
    assert [row[0] for row in rows] == ids[::-1]
    assert rows[-1][2] == "2"


async def test_a_sheet_names_its_moment(service: Any) -> None:
    """The name of the file says of which list and of when it is."""
    told = (await _sheet(service)).headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="notes-[0-9]{8}T[0-9]{6}Z.csv"', told)


def test_a_column_is_a_field_of_what_is_listed() -> None:
    """A head for what no item has is a fault in the code, told when it is loaded."""
    with pytest.raises(LookupError, match="unknown"):
        Sheet(Resource, unknown="Onbekend")


async def test_words_of_a_title_are_found_by_how_they_begin(service: Any) -> None:
    """Three letters of a word find it, in any order, and with signs that search engines know."""
    garden = await service.noted(title="Moestuinen aan de Lariks")
    coffee = await service.noted(title="Koffie in de Moestuin")

    async def found(title: str) -> set[str]:
        answer = await service.client.get(
            "/notes", params={"title": title}, headers=service.headers()
        )
        assert answer.status_code == 200, answer.text
        return {item["id"] for item in answer.json()["items"]}

    assert await found("moe") == {garden, coffee}
    assert await found("LAR moes") == {garden}
    assert await found("tuin") == set()
    assert await found("mo") == set()
    assert await found("moestuinen -koffie") == {garden}
    assert await found("lariks or koffie") == {garden, coffee}
    assert await found('"koffie in de moestuin"') == {coffee}
    for odd in ("'", "a:*", "!!", "&|", "\\", "moes:*", "(moes", "\u0660\u0661", "-", "<->", "é"):
        await found(odd)


async def test_what_is_far_down_a_list_is_found_as_well(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter whose matches lie behind many others gets them in order, page by page."""
    monkeypatch.setattr(listing, "NEAR", 2)
    odd = []
    for step in range(12):
        id_ = await service.noted(title=f"Notitie {step}")
        if step in {0, 1, 3, 11}:
            await service.count(id_, 1, version=1)
            odd.append(id_)
    for sort, expected in (("-created", odd[::-1]), ("created", odd)):
        pages = await _all_pages(service, f"limit=2&parity=odd&title=notitie&sort={sort}")
        assert [id_ for page in pages for id_ in page] == expected
