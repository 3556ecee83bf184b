"""Another party's programme that the corporation contributes to (Btiv 51(1)(a), INI-18)."""

from __future__ import annotations

from leefwijk.events.language.initiatives.plans import Programme


def still_run_by(programme: Programme | None, organisation: str | None = None) -> str | None:
    """The organisation that goes on running it; none: there is none, or it was taken over.

    A programme that the corporation would run instead is nobody else's any more, whoever is named
    beside it as `organisation`.
    """
    if programme is None:
        return organisation
    return None if programme.taken_over else organisation or programme.organisation
