"""No other party primarily responsible: what is another's work is referred, not funded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from leefwijk.events.language.gates import Gate, GateLine
from leefwijk.gates.line import UNPROVED, At, Freshness, Rule, said_day
from leefwijk.gates.place import Place

RULE = Rule(
    Gate.NO_OTHER_PARTY_RESPONSIBLE,
    "outside the corporation's field of work (Woningwet 45, vision annex)",
)

OTHER_PARTY = "other-party-responsible"


@dataclass(frozen=True)
class PartyRole:
    """A party that is responsible for a subject in an area, from a day on."""

    party: str
    area: str
    subject: str
    from_: date
    evidence: tuple[str, ...]
    through: date | None = None
    partner: str | None = None
    """The name by which roles and commands point at the party."""

    def is_of(self, organisation: str | None) -> bool:
        """Whether it is the role of this organisation, by whichever of its names."""
        return _same(organisation, self.party) or _same(organisation, self.partner)

    def holds_on(self, day: date) -> bool:
        """Whether it is responsible on the day; the last day counts."""
        return self.from_ <= day and (self.through is None or day <= self.through)


@dataclass(frozen=True)
class Responsibility:
    """Who was assessed to be responsible, after looking at this very effort."""

    other: str | None
    """The other party; none: the corporation itself."""
    because: str
    on: date
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """What the effort itself says of other parties."""

    subjects: tuple[str, ...] = ()
    other_party: str | None = None
    """The party that its takers call responsible."""
    programme_of: str | None = None
    """The organisation that runs the programme it contributes to, and goes on running it."""
    lawful_contribution: bool = False
    """Whether all of it is what the law allows to contribute to another's programme (social work).
    """
    evidence: tuple[str, ...] = ()
    assessed: Responsibility | None = None


@dataclass(frozen=True)
class Parties:
    """The roles known, with how fresh that knowledge is."""

    found: tuple[PartyRole, ...] = ()
    fresh: Freshness = UNPROVED


def no_other_party(claim: Claim, place: Place, parties: Parties, at: At) -> GateLine:
    """Whether nobody else is primarily responsible, or it is a contribution the law allows."""
    knowing = at.knowing(parties.fresh)
    here = [
        role
        for role in parties.found
        if role.area in place.nearest and role.subject in claim.subjects
    ]
    now = [role for role in here if role.holds_on(at.today)]
    assessed = claim.assessed
    if assessed is not None and assessed.other is None:
        # what was there when somebody looked is settled; only what came later bears on it
        now = [role for role in now if role.from_ > assessed.on]
        if not now:
            return RULE.passed(
                f"The corporation is responsible: {assessed.because}.", knowing, assessed.evidence
            )
    evidence = (*(id_ for role in now for id_ in role.evidence), *claim.evidence)
    if assessed is not None and assessed.other is not None:
        return RULE.failed(
            OTHER_PARTY,
            f"{assessed.other} is responsible: {assessed.because}.",
            knowing,
            (*evidence, *assessed.evidence),
            since=assessed.on,
            way_on="Refer it.",
        )
    others = [role for role in now if not _contributes_to(claim, role)]
    stated = claim.other_party
    joined = stated is not None and _contributes_to_stated(claim, stated, parties)
    responsible = [role.party for role in others]
    if not responsible and stated is not None and not joined:
        responsible = [stated]
    if not responsible and (now or joined):
        return RULE.passed(
            "Contribution to a programme of the responsible organisation.", knowing, evidence
        )
    if not responsible:
        coming = [role.from_ for role in here if role.from_ > at.today]
        beside = _beside(claim, place, parties, at.today)
        return RULE.passed(
            f"Nobody else is known to be primarily responsible.{_not_this(beside)}",
            knowing,
            (*claim.evidence, *(id_ for role in beside for id_ in role.evidence)),
            valid_through=min(coming) - timedelta(days=1) if coming else None,
        )
    told = ", ".join(dict.fromkeys(responsible))
    first = min((role.from_ for role in others), default=None)
    since = f" since {said_day(first)}" if first else ""
    return RULE.failed(
        OTHER_PARTY,
        f"{told} is primarily responsible{since}.",
        knowing,
        evidence,
        since=first,
        way_on="Refer it.",
    )


def _contributes_to(claim: Claim, role: PartyRole) -> bool:
    """Whether it contributes to the programme of the very party that has this role (INI-18)."""
    return claim.lawful_contribution and role.is_of(claim.programme_of)


def _contributes_to_stated(claim: Claim, party: str, parties: Parties) -> bool:
    """Whether the party that is called responsible is the programme's own organisation (INI-18)."""
    known_as = (role for role in parties.found if role.is_of(party))
    return claim.lawful_contribution and (
        _same(claim.programme_of, party) or any(role.is_of(claim.programme_of) for role in known_as)
    )


def _same(one: str | None, other: str | None) -> bool:
    """Whether two names that people typed are one, and are there at all."""
    said = (one or "").strip().casefold()
    return bool(said) and said == (other or "").strip().casefold()


def _beside(claim: Claim, place: Place, parties: Parties, day: date) -> tuple[PartyRole, ...]:
    """Who is responsible here for something else: looked at, and it does not bear on this."""
    return tuple(
        role
        for role in parties.found
        if role.area in place.nearest and role.subject not in claim.subjects and role.holds_on(day)
    )


def _not_this(beside: tuple[PartyRole, ...]) -> str:
    told = dict.fromkeys(f"{role.party} for {role.subject}" for role in beside)
    return f" Responsible here, but not for this: {', '.join(told)}." if told else ""
