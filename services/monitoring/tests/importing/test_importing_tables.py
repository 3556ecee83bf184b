"""Delimited text: physical lines, quotes, encodings, and files that are none."""

from __future__ import annotations

import pytest

from monitoring.importing.rows import ImportRefused
from monitoring.importing.tables import LONGEST_SPAN, open_table


def rows(content: bytes, *encodings: str) -> list[tuple[int, list[str] | None]]:
    """The rows of a comma-separated file."""
    return list(open_table(content, encodings or ("utf-8",), ",").rows)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3,4\n",
        b"a,b\n1,2\n3,4",
        b"a,b\r\n1,2\r\n3,4\r\n",
        b"a,b\r1,2\r3,4",
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",
        b" a ,b\n1,2\n3,4\n\n",
    ],
)
def test_one_table_in_many_shapes(content: bytes) -> None:
    """Line ends, a BOM, spaces around headings and a missing last newline change nothing."""
    table = open_table(content, ("utf-8",), ",")
    assert table.header == ("a", "b")
    assert list(table.rows) == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_lines_are_physical() -> None:
    """A row is counted by the line on which it begins, with blank and quoted lines before it."""
    content = b'a,"b\nb"\n\n1,"two\nlines"\n  \n3,4\n'
    table = open_table(content, ("utf-8",), ",")
    assert table.header == ("a", "b\nb")
    assert list(table.rows) == [(4, ["1", "two\nlines"]), (7, ["3", "4"])]


def test_an_unclosed_quote_costs_one_line() -> None:
    """MON-16 (reading side): a stray quote makes its own line bad and swallows no other."""
    content = b'a,b\n1,2\n3,"4\n5,6\n7,8\n'
    assert rows(content) == [(2, ["1", "2"]), (3, None), (4, ["5", "6"]), (5, ["7", "8"])]


def test_two_stray_quotes_do_not_pair_over_lines() -> None:
    """MON-16 (reading side): the lines between two stray quotes are read as rows."""
    content = b'a,b\n1,"2\n3,4\n5",6\n7,8\n'
    assert rows(content) == [(2, None), (3, ["3", "4"]), (4, ['5"', "6"]), (5, ["7", "8"])]


def test_a_quoted_cell_has_a_longest_span() -> None:
    """A row over more lines than any name needs is a stray quote."""
    content = b'a,b\n1,"' + b"x\n" * LONGEST_SPAN + b'"\n2,3\n'
    found = rows(content)
    assert found[0] == (2, None)
    assert found[-1] == (LONGEST_SPAN + 3, ["2", "3"])


def test_text_after_a_closing_quote() -> None:
    """Text behind a closing quote makes the row bad: nobody knows what was meant."""
    assert rows(b'a,b\n"1"2,3\n4,5\n') == [(2, None), (3, ["4", "5"])]


def test_a_cell_longer_than_the_reader_takes() -> None:
    """A cell of more than 128 KiB makes its row bad and no more."""
    assert rows(b"a,b\n" + b"1" * 140_000 + b",2\n3,4\n") == [(2, None), (3, ["3", "4"])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"a,b\n", "The file has a header and no rows."),
        (b'"a,b\n1,2\n', "header on line 1"),
        (b"a,b\n1,\xe9\n", "Line 2 holds bytes that are not utf-8."),
        (b"a,b\n1,2\n\x00,3\n", "Line 3 holds a NUL byte"),
        ("a,b\n1,2\n".encode("utf-16"), "NUL byte"),
    ],
)
def test_files_that_are_no_table(content: bytes, sentence: str) -> None:
    """An empty file, a header alone, wrong bytes: refused as a whole, with the line."""
    with pytest.raises(ImportRefused, match=sentence) as refused:
        rows(content)
    assert refused.value.code == "file-does-not-match-mapping"


def test_a_declared_fallback() -> None:
    """A file that is not UTF-8 is read as cp1252 where that is declared, and not without."""
    content = "a,b\nReünie,2\n".encode("cp1252")
    table = open_table(content, ("utf-8", "cp1252"), ",")
    assert (table.encoding, list(table.rows)) == ("cp1252", [(2, ["Reünie", "2"])])
    utf8 = open_table("a,b\nReünie,2\n".encode(), ("utf-8", "cp1252"), ",")
    assert (utf8.encoding, list(utf8.rows)) == ("utf-8", [(2, ["Reünie", "2"])])
    with pytest.raises(ImportRefused, match="not utf-8 or cp1252"):
        open_table(b"a,b\n\x81,2\n", ("utf-8", "cp1252"), ",")
