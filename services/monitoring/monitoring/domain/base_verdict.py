"""The verdict on the base: derived, never entered; an area is as good as its worst complex."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from leefwijk.events.dates import day_after
from leefwijk.events.language.monitoring.base_conditions import (
    BaseVerdictChanged,
    FailingStep,
    Finding,
    Lack,
    Step,
    Verdict,
)
from leefwijk.gates.within import lies_in
from monitoring.domain.base_condition import BaseCondition, Looked, Told

FIRST = (Step.CLEAN, Step.WHOLE, Step.SAFE)
"""The first step of the ladder: together they are the base (vision, after Vlaar)."""
HIGHER = (Step.INFORMATION_AND_AGREEMENTS, Step.ADDRESSING_AND_ACTING, Step.ACTIVE_RESIDENTS)
_BAD = {Verdict.NOT_IN_ORDER: 2, Verdict.UNKNOWN: 1, Verdict.IN_ORDER: 0}


@dataclass(frozen=True)
class KnownComplex:
    """Own homes that belong together, as housing mix told of them."""

    complex: str | None
    """None: homes that belong to no complex."""
    area: str
    bad: tuple[UUID, ...] = ()
    """Facts by which homes stand in condition 5 or 6 without a decided demolition plan."""
    exempt: tuple[UUID, ...] = ()
    """The same of homes in a decided demolition plan with its date (MON-26)."""


@dataclass(frozen=True)
class KnownBase:
    """What is known around the base of an area, beside its own stream."""

    area: str
    municipalities: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """What an area as people live it is made of."""
    below: tuple[BaseCondition, ...] = ()
    """The base of the areas that lie in it."""
    complexes: tuple[KnownComplex, ...] = ()
    beside: tuple[BaseCondition, ...] = ()
    """The base of other areas, where somebody looked at a complex that lies here."""
    elsewhere: frozenset[str] = frozenset()
    """Complexes that somebody looked at here, of which no home lies here."""
    earlier: tuple[tuple[date, tuple[KnownComplex, ...]], ...] = ()
    """The homes as they stood from each of these days on, where it is about days before today."""

    def as_of(self, day: date) -> KnownBase:
        """The same, with the homes as they stood on a day."""
        stood = [homes for first, homes in self.earlier if first <= day]
        return replace(self, complexes=stood[-1]) if stood else self


@dataclass(frozen=True)
class Reading:
    """A verdict with what it rests on."""

    verdict: Verdict
    step: int = 0
    because: tuple[FailingStep, ...] = ()
    evidence: tuple[UUID, ...] = ()
    assessed: date | None = None
    valid_through: date | None = None
    exempt: int = 0

    @property
    def rests_on_something(self) -> bool:
        """Whether somebody looked, or homes say something: otherwise a wider place is asked."""
        return self.assessed is not None or bool(self.evidence)


@dataclass(frozen=True)
class PlaceRead:
    """The verdict on the narrowest assessed place that holds what is asked about."""

    area: str
    reading: Reading


@dataclass(frozen=True)
class AreaReading:
    """The verdict on an area, and on each complex that was looked at or is broken."""

    area: Reading
    complexes: Mapping[str, Reading]


_Found = dict[Step, Looked]


def read_area(
    own: BaseCondition, known: KnownBase, day: date, known_at: datetime | None = None
) -> AreaReading:
    """The verdict as of a day, from findings as known at a moment.

    A complex that nobody looked at by itself falls under a look at the area as a whole, where there
    was one; otherwise it is unknown, and so is its area (MON-27).
    """
    wholes, complexes, homes = _gathered(own, known, day, known_at)
    readings: list[Reading] = [
        _read(found, (), (), None, "" if area == known.area else area, day)
        for area, found in wholes.items()
    ]
    by_complex: dict[str, Reading] = {}
    for name, (area, found) in complexes.items():
        covered = bool({known.area, area, *lies_in(area)} & wholes.keys())
        mine = [one for one in homes if one.complex == name]
        bad = tuple(id_ for one in mine for id_ in one.bad)
        exempt = tuple(id_ for one in mine for id_ in one.exempt)
        if found or not covered:
            by_complex[name] = _read(found, bad, exempt, name, "", day)
        elif bad or exempt:
            by_complex[name] = _broken(bad, exempt, name)
    readings += by_complex.values()
    loose = [one for one in homes if one.complex is None and (one.bad or one.exempt)]
    readings += [_broken(one.bad, one.exempt, None) for one in loose]
    readings += _nobody_looked(known, set(wholes), {area for area, _ in complexes.values()}, day)
    return AreaReading(_worst(readings), by_complex)


def _gathered(
    own: BaseCondition, known: KnownBase, day: date, known_at: datetime | None
) -> tuple[dict[str, _Found], dict[str, tuple[str, _Found]], tuple[KnownComplex, ...]]:
    """Findings of areas as a whole, of complexes, and the homes, all within the area.

    What was found of a complex counts where its homes lie, through whatever area it was recorded.
    """
    wholes: dict[str, _Found] = {}
    complexes: dict[str, tuple[str, _Found]] = {
        one.complex: (one.area, {}) for one in known.complexes if one.complex is not None
    }
    here = frozenset(complexes)
    for base in (own, *known.below, *known.beside):
        for name, found in base.looked(day, known_at).items():
            if name is None:
                if base not in known.beside:
                    wholes[base.area] = found
                continue
            if name in known.elsewhere or (base in known.beside and name not in here):
                continue
            area, before = complexes.get(name, (base.area, {}))
            newest = dict(before)
            for step, looked in found.items():
                if step not in newest or newest[step].on <= looked.on:
                    newest[step] = looked
            complexes[name] = (area, newest)
    return wholes, complexes, known.complexes


def _nobody_looked(
    known: KnownBase, wholes: set[str], assessed_in: set[str], day: date
) -> list[Reading]:
    """The area, or each of its parts, of which nothing at all is known."""
    if known.area in wholes:
        return []
    never = []
    for area in known.parts or (known.area,):
        within = {one for one in assessed_in if area == one or area in lies_in(one)}
        if not within and not {area, *lies_in(area)} & wholes:
            never.append(_read({}, (), (), None, "" if area == known.area else area, day))
    return never


def _read(
    found: _Found,
    bad: tuple[UUID, ...],
    exempt: tuple[UUID, ...],
    complex_: str | None,
    area: str,
    day: date,
) -> Reading:
    lacking = [lack for step in FIRST for lack in _lacks(step, found, complex_, area, day)]
    if bad:
        lacking += _broken(bad, exempt, complex_).because
    first = [found[step] for step in FIRST if step in found]
    return Reading(
        _verdict(lacking),
        0 if lacking else 1 + _climbed(found, day),
        tuple(lacking),
        (*dict.fromkeys(looked.event for looked in first), *bad, *exempt),
        max((looked.on for looked in found.values()), default=None),
        None if lacking else min(looked.valid_through for looked in first),
        len(exempt),
    )


def _broken(bad: tuple[UUID, ...], exempt: tuple[UUID, ...], complex_: str | None) -> Reading:
    """Homes alone: broken by those that are bad, and nothing said where all are exempt."""
    if not bad:
        return Reading(Verdict.IN_ORDER, 4, (), exempt, exempt=len(exempt))
    homes = "home" if len(bad) == 1 else "homes"
    lack = FailingStep(
        step=Step.WHOLE,
        lack=Lack.CONDITION,
        complex=complex_,
        findings=bad,
        says=f"{len(bad)} {homes} in condition 5 or 6 without a decided demolition plan",
        homes=len(bad),
        exempt=len(exempt) or None,
    )
    return Reading(Verdict.NOT_IN_ORDER, 0, (lack,), (*bad, *exempt), exempt=len(exempt))


def _lacks(
    step: Step, found: _Found, complex_: str | None, area: str, day: date
) -> list[FailingStep]:
    looked = found.get(step)
    if looked is None:
        lack, says = Lack.NOT_LOOKED_AT if found else Lack.NEVER_ASSESSED, None
    elif looked.valid_through < day:
        lack, says = Lack.TOO_LONG_AGO, f"assessed on {looked.on}"
    elif looked.found is Finding.INSUFFICIENT:
        lack, says = Lack.INSUFFICIENT, looked.says
    else:
        return []
    return [
        FailingStep(
            step=step,
            lack=lack,
            complex=complex_,
            findings=(looked.assessment,) if looked else (),
            says=": ".join(part for part in (area, says) if part) or None,
        )
    ]


def _verdict(lacking: list[FailingStep]) -> Verdict:
    if any(one.lack in {Lack.INSUFFICIENT, Lack.CONDITION} for one in lacking):
        return Verdict.NOT_IN_ORDER
    return Verdict.UNKNOWN if lacking else Verdict.IN_ORDER


def _climbed(found: _Found, day: date) -> int:
    """How many steps above the first are sufficient, up to the first that is not (MON-25)."""
    climbed = 0
    for step in HIGHER:
        looked = found.get(step)
        if looked is None or looked.found is Finding.INSUFFICIENT or looked.valid_through < day:
            break
        climbed += 1
    return climbed


def _worst(readings: list[Reading]) -> Reading:
    """As good as the worst: the lowest step, everything that is wrong, the first to lapse."""
    worst = max((one.verdict for one in readings), key=lambda verdict: _BAD[verdict])
    assessed = [one.assessed for one in readings if one.assessed is not None]
    through = [one.valid_through for one in readings if one.valid_through is not None]
    return Reading(
        worst,
        min(one.step for one in readings),
        tuple(lack for one in readings for lack in one.because),
        tuple(dict.fromkeys(id_ for one in readings for id_ in one.evidence)),
        max(assessed, default=None),
        min(through, default=None) if worst is Verdict.IN_ORDER else None,
        sum(one.exempt for one in readings),
    )


def changes(
    base: BaseCondition, known: KnownBase, today: date, since: date
) -> Iterator[BaseVerdictChanged]:
    """What reads differently from what was told, of the area and of its complexes.

    `base` holds what is being recorded now; `since` is the first day of which it may read
    differently. A verdict holds from its own day on, so that each day until today on which
    another one begins has to be told anew: the facts read as of any day what is read as of it.
    """
    before = base
    mine = {said.complex for one in base.assessments for said in one.said}
    for day in _turns(base, known, since, today):
        read = read_area(base, known.as_of(day), day)
        told = {name for name in base.told if name}
        complexes = {
            name: reading
            for name, reading in read.complexes.items()
            if name in mine | told or reading.verdict is Verdict.NOT_IN_ORDER
        }
        # nothing is known of it on that day: it was corrected away, or falls under the whole
        gone = sorted(told - read.complexes.keys() - known.elsewhere)
        complexes |= dict.fromkeys(gone, Reading(Verdict.UNKNOWN))
        for name, reading in (*complexes.items(), (None, read.area)):
            now, was = base.reads(name, day), before.reads(name, day)
            first = name is None and "" not in base.told
            if not (first or _differs(now, reading)):
                continue
            # of this day the verdict was told that began last: until now, or just now
            stood = was if was and now and was.on > now.on else now
            event = _changed(base, name, stood, reading, day)
            base = base.telling(event)
            yield event


def _turns(base: BaseCondition, known: KnownBase, since: date, today: date) -> list[date]:
    """The days, from one through today, on which the base may begin to read otherwise.

    Also those on which it was told to: what was told of such a day may not be so any more.
    """
    turns = {first for first, _ in known.earlier}
    turns |= {one.on for told in base.told.values() for one in told}
    for one in (base, *known.below, *known.beside):
        for assessment in one.assessments:
            turns |= {assessment.now.on, day_after(assessment.now.valid_through)}
    return sorted({since, *(day for day in turns if since < day <= today)})


def _differs(told: Told | None, now: Reading) -> bool:
    if told is None:
        return now.rests_on_something or now.verdict is not Verdict.UNKNOWN
    return (
        told.verdict,
        told.step,
        told.because,
        told.evidence,
        told.valid_through,
    ) != (now.verdict, now.step, now.because, now.evidence, now.valid_through)


def _changed(
    base: BaseCondition, complex_: str | None, before: Told | None, now: Reading, day: date
) -> BaseVerdictChanged:
    return BaseVerdictChanged(
        area=base.area,
        municipalities=base.municipalities,
        complex=complex_,
        before=before.verdict if before else Verdict.UNKNOWN,
        verdict=now.verdict,
        step=now.step,
        because=now.because,
        evidence=now.evidence,
        assessed=now.assessed,
        valid_through=now.valid_through,
        on=day,
    )
