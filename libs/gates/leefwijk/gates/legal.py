"""Legal basis: each line is one of the four contributions of Btiv 51(1), with its condition met."""

from __future__ import annotations

from dataclasses import dataclass

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.events.language.initiatives.plans import ContributionCategory, ServiceKind
from leefwijk.gates.line import Knowing, Rule

RULE = Rule(Gate.LEGAL_BASIS, "Woningwet 45(2)(f), Btiv 51(1)")

NO_CATEGORY = "no-legal-category"
CONDITION = "legal-condition-not-met"

NEVER_THE_CORPORATIONS = frozenset(ServiceKind) - {ServiceKind.OTHER}
"""Care, meals brought home, medical services, schooling, child care, parenting support."""


@dataclass(frozen=True)
class Basis:
    """What one line of a request, or an effort as a whole, says of its legal basis."""

    name: str
    """As people point at it: `line 1`."""
    category: ContributionCategory | None
    service: ServiceKind | None = None
    own_tenants_only: bool = False
    own_tenants: int | None = None
    households: int | None = None
    behind_the_front_door: bool = False
    organisation: str | None = None
    """The social organisation that runs the programme behind the front door."""
    small: bool = False
    property: str | None = None
    plan: str | None = None
    place: str | None = None
    moments: str | None = None
    open_to: str | None = None


def legal_basis(bases: tuple[Basis, ...], evidence: tuple[str, ...], knowing: Knowing) -> GateLine:
    """Whether every line falls under a contribution and meets its condition."""
    without = [basis.name for basis in bases if basis.category is None]
    unmet = [
        f"{basis.name}: {why}" for basis in bases for why in [_unmet(basis)] if why is not None
    ]
    if unmet:
        return RULE.failed(
            CONDITION,
            f"The law's condition is not met. {' '.join(unmet)}",
            knowing,
            evidence,
            way_on="Meet the condition, or refer to who may do it.",
        )
    if without or not bases:
        named = ", ".join(without) or "this"
        return RULE.failed(
            NO_CATEGORY,
            f"The four contributions of the law are exhaustive, and {named} is none of them.",
            knowing,
            evidence,
            way_on="Decline with a reason.",
        )
    categories = dict.fromkeys(basis.category.value for basis in bases if basis.category)
    return RULE.passed(f"Falls under {', '.join(categories)}.", knowing, evidence)


def _unmet(basis: Basis) -> str | None:
    """Why the condition is not met, whatever category is named."""
    if basis.service in NEVER_THE_CORPORATIONS:
        service = basis.service.value.replace("_", " ") if basis.service else ""
        return f"{service} is never the corporation's service, nor paid as such."
    condition = _CONDITIONS.get(basis.category) if basis.category else None
    return condition(basis) if condition else None


def _social_work(basis: Basis) -> str | None:
    if not basis.own_tenants_only:
        return "social work is only for own tenants."
    if basis.own_tenants is None or basis.households is None:
        return "say how many of the households reached are own tenants."
    if basis.behind_the_front_door and basis.organisation is None:
        return "a programme behind the front door stays with a social organisation."
    return None


def _infrastructure(basis: Basis) -> str | None:
    if not basis.small:
        return "only small infrastructure."
    if basis.property is None:
        return "name the own property that it lies right next to."
    return None


def _clean(basis: Basis) -> str | None:
    return "name the plan that it contributes to." if basis.plan is None else None


def _meeting(basis: Basis) -> str | None:
    missing = [
        name
        for name, value in (
            ("a place", basis.place),
            ("moments", basis.moments),
            ("for whom it is open", basis.open_to),
        )
        if value is None
    ]
    return f"name {' and '.join(missing)}." if missing else None


_CONDITIONS = {
    ContributionCategory.SOCIAL_WORK: _social_work,
    ContributionCategory.INFRASTRUCTURE: _infrastructure,
    ContributionCategory.CLEAN_NUISANCE_SAFETY: _clean,
    ContributionCategory.MEETING: _meeting,
}
