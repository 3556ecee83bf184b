"""Grants, top-ups and levels that were stored with the sentences of gates are read without them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from leefwijk.events.catalogue import published_language
from leefwijk.events.language.gates import in_codes

GOLDEN = Path(__file__).parent / "golden"
FINDING = "The lights in the back path are out since the burglary"
WAY_ON = "Ask the electrician of the corner shop"
WHY = "The director knows the people who wait"
LINE: dict[str, Any] = {
    "gate": "base-in-order",
    "outcome": "failed",
    "code": "base-not-in-order",
    "reason": FINDING,
    "evidence": ["0190f5a0-0000-7000-8000-000000000001"],
    "source": "own rule",
    "overridableBy": "area_director",
    "knowledge": "known",
    "wayOn": WAY_ON,
    "setAside": {
        "means": "override",
        "role": "area_director",
        "reason": WHY,
        "on": "2026-04-16",
        "until": "2026-07-01",
    },
}
BEFORE_NINE = {"gate": "effort-level-and-budget", "outcome": "passed", "reason": FINDING}
STORED = [
    ("nl.leefbaarheid.initiatives.support-granted.v1", {"gateLines": [LINE]}),
    ("nl.leefbaarheid.initiatives.support-granted.v1", {"gates": [BEFORE_NINE]}),
    ("nl.leefbaarheid.initiatives.support-topped-up.v1", {"gateLines": [LINE]}),
    ("nl.leefbaarheid.effort-levels.effort-level-agreed.v1", {"gates": [LINE]}),
]


@pytest.mark.parametrize(("type_", "said"), STORED)
def test_what_was_stored_with_sentences_is_told_in_codes(type_: str, said: dict[str, Any]) -> None:
    """Decision 0035: no finding, plan or director's word of before goes out with a fact of now."""
    stored = json.loads((GOLDEN / f"{type_}.json").read_text("utf-8")) | said
    fact = published_language().decode(type_, json.dumps(stored))
    assert not type(fact).type.endswith(".v1")
    told = fact.to_json()
    for sentence in (FINDING, WAY_ON, WHY):
        assert sentence not in told
    lines = json.loads(told).get("gateLines") or json.loads(told).get("gates") or []
    if said.get("gates") != [BEFORE_NINE]:
        (line,) = lines
        assert (line["code"], line["setAside"]["role"]) == ("base-not-in-order", "area_director")


def test_only_sentences_are_left_out() -> None:
    """Decision 0035: every code of a line stays as it was stored."""
    expected = deepcopy(LINE)
    del expected["reason"], expected["wayOn"], expected["setAside"]["reason"]
    before = deepcopy(LINE)
    assert in_codes(before) == expected
    assert before == LINE
