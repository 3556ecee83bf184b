"""The initiatives service of a newer release, whose folding code and shape differ.

`fault_newer_serve.py serve` serves it, `fault_newer_serve.py rebuild` folds every document anew.

In this release the state keeps a title with a mark before it, and every evolution but the first
insists on it: a state of older code that is used without being folded anew ends in an error.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from initiatives.domain.initiative import Initiative
from leefwijk.events import decider
from leefwijk.events.decider import Fact, Listing
from leefwijk.events.language.initiatives.life import InitiativeProposed

MARK = "v3: "
"""Stands before every title in a state of this release."""


def _marked(before: Callable[..., Any]) -> Callable[..., Any]:
    def evolution(state: Initiative, event: Any, fact: Fact) -> Initiative:
        after: Initiative = before(state, event, fact)
        if isinstance(event, InitiativeProposed):
            return replace(after, title=MARK + event.title)
        if not after.title.startswith(MARK):
            raise RuntimeError("a state of older folding code was taken for one of this release")
        return after

    return evolution


def become_newer() -> None:
    """Change the folding code of initiatives, and raise the shape as every release must."""
    for key, evolution in list(decider._evolutions.items()):
        if key[0] is Initiative:
            decider._evolutions[key] = _marked(evolution)
    Initiative.shape += 1
    listing = Initiative.listing

    def plain(self: Initiative) -> Listing:
        shown = listing(self)
        return replace(shown, title=(shown.title or "").removeprefix(MARK))

    Initiative.listing = plain  # type: ignore[method-assign]  # as another release would have it


if __name__ == "__main__":
    become_newer()
    from leefwijk.service.cli.common import definition_of, settings_of
    from leefwijk.service.cli.documents import _rebuild
    from leefwijk.service.serve import serve

    definition = definition_of("initiatives")
    if sys.argv[1] == "rebuild":
        asyncio.run(_rebuild(definition, everything=True))
    else:
        settings = settings_of(definition)
        serve(definition.app(settings), settings)
