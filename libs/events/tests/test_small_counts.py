"""Small counts stay hidden, also against whoever subtracts and knows the rule."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leefwijk.events.small_counts import SMALLEST, shown_counts, shown_roughly

vectors = st.lists(st.integers(0, 60) | st.integers(0, 6), min_size=1, max_size=9)


def _shown(counts: list[int] | tuple[int, ...], k: int = SMALLEST) -> list[int | None]:
    return list(shown_counts(dict(enumerate(counts)), k).parts.values())


def test_the_next_smallest_group_is_hidden_with_a_small_one() -> None:
    """PAR-20: 56 in all, 41 tenants; 3 private renters are hidden, and 12 owners with them."""
    shown = shown_counts({"tenants": 41, "owners": 12, "private_renters": 3})
    assert shown.total == 56
    assert shown.parts == {"tenants": 41, "owners": None, "private_renters": None}


def test_cells_below_five_are_hidden_and_zero_is_one_of_them() -> None:
    """PAR-20: of 41 tenants 20, 9 and 6 are shown; 2, 4, 0 and 0 are not."""
    cells = {"not_now": 4, "informed": 20, "consulted": 9, "advise": 2, "help": 6}
    shown = shown_counts({**cells, "co_decide": 0, "self_manage": 0})
    assert {name for name, count in shown.parts.items() if count is None} == {
        "not_now",
        "advise",
        "co_decide",
        "self_manage",
    }
    assert (shown["informed"], shown["consulted"], shown["help"], shown.total) == (20, 9, 6, 41)


def test_a_whole_below_five_shows_nothing() -> None:
    """PAR-20: neither parts nor the whole, and an empty whole neither."""
    assert shown_counts({"a": 2, "b": 2}) == shown_counts({"a": 0, "b": 0})
    assert shown_counts({"a": 2, "b": 2}).total is None


def test_a_running_count_is_rounded_down_to_tens() -> None:
    """PAR-20: 56 answers read 50 while the panel is open."""
    assert [shown_roughly(count) for count in (0, 9, 10, 56)] == [0, 0, 10, 50]


@given(vectors)
def test_what_is_shown_is_true_and_large(counts: list[int]) -> None:
    """PAR-20: a figure is either exact and at least five, or hidden."""
    for count, said in zip(counts, _shown(counts), strict=True):
        assert said is None or (said == count and said >= SMALLEST)


@given(vectors)
def test_what_is_hidden_is_no_single_figure_and_no_small_sum(counts: list[int]) -> None:
    """PAR-20: the whole less what is shown is nobody's count, and at least five."""
    shown = shown_counts(dict(enumerate(counts)))
    hidden = [count for count, said in zip(counts, shown.parts.values(), strict=True) if not said]
    if shown.total is not None and hidden:
        assert len(hidden) > 1
        assert sum(hidden) >= SMALLEST


@given(vectors, st.randoms(use_true_random=False))
def test_the_order_of_the_parts_tells_nothing(counts: list[int], random: Random) -> None:
    """Counts that change places are hidden or shown as before."""
    places = list(range(len(counts)))
    random.shuffle(places)
    shown = _shown(counts)
    assert _shown([counts[place] for place in places]) == [shown[place] for place in places]


@pytest.mark.parametrize(("k", "parts", "largest"), [(5, 2, 20), (5, 3, 15), (3, 4, 8)])
def test_whoever_knows_the_rule_can_work_out_no_hidden_figure(
    k: int, parts: int, largest: int
) -> None:
    """PAR-20: what is shown always fits more than one value of every hidden part."""
    alike: defaultdict[Any, list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(largest + 1), repeat=parts):
        shown = shown_counts(dict(enumerate(counts)), k)
        alike[shown.total, tuple(shown.parts.values())].append(counts)
    for (total, said), fitting in alike.items():
        if total is None or total > largest:
            continue  # above it not all that fits was tried
        for place, count in enumerate(said):
            if count is None:
                assert len({counts[place] for counts in fitting}) > 1, (said, fitting)
