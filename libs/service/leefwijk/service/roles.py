"""The roles, and what each may read: the one table.

Commands name the roles that may give them in their route.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is, to the platform."""

    RESIDENT = "resident"
    REPORTER = "reporter"
    NEIGHBOURHOOD_WORKER = "neighbourhood_worker"
    CASE_WORKER = "case_worker"
    SAFEGUARDING_OFFICER = "safeguarding_officer"
    AREA_MANAGER = "area_manager"
    AREA_DIRECTOR = "area_director"
    PORTFOLIO_MANAGER = "portfolio_manager"
    ANALYST = "analyst"
    PRIVACY_OFFICER = "privacy_officer"
    PARTNER = "partner"
    SERVICE = "service"
    OPERATOR = "operator"


class Scope(StrEnum):
    """What can be read."""

    OPEN = "open"
    """What is open about an area: names, figures, level, published stories, running initiatives."""
    INTERNAL = "internal"
    """Euros, unpublished counts, proposals under discussion, requests and their lines."""
    WORDS = "words"
    """The words of stories that are not published (MON-22)."""
    STOCK = "stock"
    """Single homes as stock; outside housing mix there are counts only."""
    AUDIT = "audit"
    """Events as they were stored."""
    OPERATION = "operation"
    """Positions, lag and held streams."""


_STAFF = frozenset({Scope.OPEN, Scope.INTERNAL, Scope.STOCK})

MAY_READ: dict[Role, frozenset[Scope]] = {
    Role.RESIDENT: frozenset({Scope.OPEN}),
    Role.REPORTER: frozenset({Scope.OPEN}),
    Role.CASE_WORKER: frozenset({Scope.OPEN}),
    Role.SAFEGUARDING_OFFICER: frozenset({Scope.OPEN}),
    Role.NEIGHBOURHOOD_WORKER: _STAFF | {Scope.WORDS},
    Role.AREA_MANAGER: _STAFF | {Scope.WORDS},
    Role.AREA_DIRECTOR: _STAFF,
    Role.PORTFOLIO_MANAGER: _STAFF,
    Role.ANALYST: _STAFF,
    Role.PRIVACY_OFFICER: frozenset({Scope.OPEN}),
    Role.PARTNER: frozenset({Scope.OPEN, Scope.INTERNAL}),
    Role.SERVICE: _STAFF | {Scope.AUDIT, Scope.OPERATION},
    Role.OPERATOR: frozenset({Scope.AUDIT, Scope.OPERATION}),
}
"""A partner reads what is internal of its own municipalities only."""
