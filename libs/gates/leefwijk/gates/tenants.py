"""Own tenants benefit from it, or it lies next to own property; and only their share is paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import UNPROVED, At, Freshness, Knowing, Rule, said_euros, said_share

RULE = Rule(Gate.OWN_TENANTS_BENEFIT, "Woningwet 45(2)(f), Btiv 51(1)(a)")

NOT_KNOWN = "own-dwellings-not-known"
NO_BENEFIT = "no-own-tenants-benefit"
BEYOND_SHARE = "beyond-own-tenants-share"

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Dwellings:
    """How many own homes lie in the area, as housing mix told of them."""

    own: int | None = None
    """None until the first import has completed; from then on none is 0."""
    evidence: tuple[str, ...] = ()
    fresh: Freshness = UNPROVED


@dataclass(frozen=True)
class Reach:
    """Whom the effort reaches, and what the euros are measured against."""

    households: int | None = None
    own_tenants: int | None = None
    next_to: str | None = None
    """The own property that it lies right next to."""
    divisible: bool = False
    parts: int | None = None
    own_parts: int | None = None
    what: str = "households"
    social_work: bool = False
    """Social work is paid for own tenants only."""
    costs: Decimal | None = None
    """What all of it costs, whoever pays."""
    euros: Decimal = Decimal("0.00")
    """What the corporation would pay of it."""
    evidence: tuple[str, ...] = ()


def own_tenants_share(costs: Decimal, own: int, whole: int) -> Decimal:
    """The part of the costs that falls to own tenants, cut to cents (INI-18, INI-33)."""
    return (costs * own / whole).quantize(CENT, ROUND_DOWN)


def own_tenants_benefit(reach: Reach, dwellings: Dwellings, at: At) -> GateLine:
    """Whether own tenants take part in the benefit, and no more than their share is paid."""
    knowing = at.knowing(dwellings.fresh)
    evidence = (*dwellings.evidence, *reach.evidence)
    if dwellings.own is None:
        return RULE.unknown(
            NOT_KNOWN,
            "It is not known yet how many own homes lie here: no import has completed.",
            knowing,
            way_on="It waits for the import of the dwellings.",
        )
    none_here = dwellings.own == 0 or reach.own_tenants == 0
    if none_here and reach.next_to is None:
        told = "0 own dwellings in the area" if dwellings.own == 0 else "none of the households"
        return RULE.failed(
            NO_BENEFIT,
            f"No own tenant benefits: {told}, and no own property is named that it lies next to.",
            knowing,
            evidence,
            way_on="Register it with role `none` or `connect`.",
        )
    share = _share(reach)
    if share is not None:
        return _within_share(share, reach, evidence, knowing)
    return RULE.passed(_benefit(reach), knowing, evidence)


def _share(reach: Reach) -> tuple[int | None, int | None, str] | None:
    """Own and whole to measure by, where only a share may be paid."""
    if reach.divisible:
        if reach.parts is not None:
            return reach.own_parts, reach.parts, reach.what
        return reach.own_tenants, reach.households, "households"
    if reach.social_work:
        return reach.own_tenants, reach.households, "households"
    return None


def _within_share(
    share: tuple[int | None, int | None, str],
    reach: Reach,
    evidence: tuple[str, ...],
    knowing: Knowing,
) -> GateLine:
    own, whole, what = share
    if own is None or not whole:
        return RULE.failed(
            BEYOND_SHARE,
            "Only the share of own tenants is paid: say how many they are.",
            knowing,
            evidence,
            way_on="Count them.",
        )
    costs = reach.costs if reach.costs is not None else reach.euros
    most = own_tenants_share(costs, own, whole)
    told = f"{own} of {whole} {what}"
    if reach.social_work and not reach.divisible:
        told += " are own tenants"
    if reach.euros > most:
        return RULE.failed(
            BEYOND_SHARE,
            f"At most {said_euros(most)}: {told}.",
            knowing,
            evidence,
            way_on=f"Grant at most {said_euros(most)}.",
        )
    return RULE.passed(
        f"Within the share of own tenants: {said_share(own, whole, what)}.", knowing, evidence
    )


def _benefit(reach: Reach) -> str:
    if reach.next_to is not None:
        return f"Next to own property: {reach.next_to}."
    if reach.own_tenants is not None and reach.households is not None:
        return f"{said_share(reach.own_tenants, reach.households, 'households')}."
    return "Own tenants live in the area and can take part."
