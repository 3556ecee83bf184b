"""Roles of partners in an area: one director, a municipality; others as many as help (MON-45)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from leefwijk.events.dates import begin_of, day_after
from leefwijk.events.decider import Command, Context, Fact, Listing, State, evolves, refuse
from leefwijk.events.event import Event, Validity
from leefwijk.events.fields import Identifier, Municipality, Reason
from leefwijk.events.language.monitoring.area_roles import (
    AreaRole,
    AreaRoleAssigned,
    AreaRoleEnded,
)
from leefwijk.events.language.monitoring.partners import PartnerKind
from monitoring.domain.places import KnownPlace
from monitoring.domain.proposing import KnownPartners, StatedPeriod


@dataclass(frozen=True)
class Held:
    """A role of a partner for a period."""

    partner: str
    partner_kind: PartnerKind
    role: AreaRole
    subject: str | None
    first: date
    last: date | None
    event: UUID
    """Id of the event that assigned it."""
    ended_because: str | None = None

    def on(self, day: date) -> bool:
        """Whether it is held on the day; the last day counts."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, first: date, last: date | None) -> bool:
        """Whether it has a day in common with a period; ended before it began, it has none."""
        if self.last is not None and self.last < self.first:
            return False
        return (last is None or self.first <= last) and (self.last is None or first <= self.last)


@dataclass(frozen=True)
class AreaRoles(State, kind="area-roles", shape=2):
    """Who does what in an area, now and before."""

    area: str = ""
    municipalities: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()

    def on(self, day: date) -> tuple[Held, ...]:
        """The roles held on a day."""
        return tuple(one for one in self.held if one.on(day))

    def director(self, day: date) -> Held | None:
        """The municipality that directs on a day."""
        return next((one for one in self.on(day) if one.role is AreaRole.DIRECTOR), None)

    def running_out(self) -> tuple[Held, ...]:
        """Roles for a period whose end has not been recorded."""
        return tuple(one for one in self.held if one.last and one.ended_because is None)

    def due(self) -> datetime | None:
        """When the first of the roles for a period is over."""
        days = [one.last for one in self.running_out() if one.last is not None]
        return begin_of(day_after(min(days))) if days else None

    def listing(self) -> Listing:
        """Found by area and by partner."""
        return Listing(
            self.area or None,
            self.municipalities,
            facets={"partner": sorted({one.partner for one in self.held})},
        )


class AssignAreaRole(Command[AreaRoles]):
    """Give a partner a role in the area, from a day on."""

    partner: Identifier
    role: AreaRole
    subject: Identifier | None = None
    """The field of work, where the role has one: `public-space`."""
    valid: StatedPeriod | None = None
    """From today on where absent."""

    def decide(self, roles: AreaRoles, context: Context) -> Iterator[Event]:
        """Refuses a second director and one that is no municipality (MON-45)."""
        place = context.knowledge(KnownPlace)
        partner = context.knowledge(KnownPartners).found.get(self.partner)
        if partner is None:
            refuse("unknown-partner", f"{self.partner} is not registered.")
        if not set(partner.municipalities) & set(place.municipalities):
            refuse(
                "outside-own-municipality",
                f"{self.partner} does not work in {', '.join(place.municipalities)}.",
            )
        kind = PartnerKind(partner.kind)
        if self.role is AreaRole.DIRECTOR and kind is not PartnerKind.MUNICIPALITY:
            refuse("director-must-be-municipality", f"A {kind.value} cannot direct an area.")
        first = self.valid.from_ if self.valid else context.today
        last = self.valid.through if self.valid else None
        if self.valid is not None and self.valid.reversed:
            refuse("validity-reversed", "The last day lies before the first.")
        meeting = [one for one in roles.held if one.role is self.role and one.meets(first, last)]
        if any(one.partner == self.partner and one.subject == self.subject for one in meeting):
            refuse("already-assigned", f"{self.partner} has this role already.")
        if self.role is AreaRole.DIRECTOR and meeting:
            refuse(
                "director-exists",
                f"{meeting[0].partner} directs this area since {meeting[0].first}.",
                partner=meeting[0].partner,
            )
        yield AreaRoleAssigned(
            area=place.area,
            municipalities=place.municipalities,
            partner=self.partner,
            partner_kind=kind,
            role=self.role,
            subject=self.subject,
            valid=Validity(from_=first, through=last),
        )


class EndAreaRole(Command[AreaRoles]):
    """A partner no longer has the role."""

    partner: Identifier
    role: AreaRole
    subject: Identifier | None = None
    on: date | None = None
    """First day without it; today where absent."""
    reason: Reason | None = None

    def decide(self, roles: AreaRoles, context: Context) -> Iterator[Event]:
        """Refuses `reason-missing`, and a role that is not held that day."""
        if self.reason is None:
            refuse("reason-missing", "Say why the role ends.")
        day = self.on or context.today
        mine = (self.partner, self.role, self.subject)
        held = [one for one in roles.held if (one.partner, one.role, one.subject) == mine]
        if not any(one.on(day) for one in held):
            refuse("not-assigned", f"{self.partner} does not have this role on {day}.")
        yield AreaRoleEnded(
            area=roles.area,
            partner=self.partner,
            role=self.role,
            subject=self.subject,
            on=day,
            reason=self.reason,
        )


class EndRolesOfPartner(Command[AreaRoles]):
    """A partner left a municipality; it comes from the platform itself."""

    partner: Identifier
    municipality: Municipality
    on: date
    """First day without the partner there."""

    def decide(self, roles: AreaRoles, context: Context) -> Iterator[Event]:
        """Every role of it that runs on that day or begins later, unless it still works there.

        An area may lie in more than one municipality.
        """
        partner = context.knowledge(KnownPartners).found.get(self.partner)
        if partner is not None and set(partner.municipalities) & set(roles.municipalities):
            return
        for one in roles.held:
            if one.partner == self.partner and one.meets(self.on, None):
                yield AreaRoleEnded(
                    area=roles.area,
                    partner=one.partner,
                    role=one.role,
                    subject=one.subject,
                    on=max(self.on, one.first),
                    reason=f"The partner no longer works with us in {self.municipality}.",
                )


class JudgeRolesByTime(Command[AreaRoles], deadline=True):
    """Time passed: a role for a period is over. The fact names the first day without it."""

    def decide(self, roles: AreaRoles, context: Context) -> Iterator[Event]:
        """Each role whose last day has passed, however late the ticker is."""
        for one in roles.running_out():
            if one.last is not None and one.last < context.today:
                yield AreaRoleEnded(
                    area=roles.area,
                    partner=one.partner,
                    role=one.role,
                    subject=one.subject,
                    on=day_after(one.last),
                    reason="The period of the role is over.",
                )


@evolves(AreaRoleAssigned)
def _(roles: AreaRoles, event: AreaRoleAssigned, fact: Fact) -> AreaRoles:
    held = Held(
        event.partner,
        event.partner_kind,
        event.role,
        event.subject,
        event.valid.from_,
        event.valid.through,
        fact.id,
    )
    municipalities = {*roles.municipalities, *event.municipalities}
    return replace(
        roles,
        area=event.area,
        municipalities=tuple(sorted(municipalities)),
        held=(*roles.held, held),
    )


@evolves(AreaRoleEnded)
def _(roles: AreaRoles, event: AreaRoleEnded) -> AreaRoles:
    mine = (event.partner, event.role, event.subject)

    last = event.on - timedelta(days=1)

    def after(one: Held) -> Held:
        same = (one.partner, one.role, one.subject) == mine and one.ended_because is None
        if not same or not (one.on(event.on) or one.last == last):
            return one
        return replace(one, last=last, ended_because=event.reason)

    return replace(roles, held=tuple(after(one) for one in roles.held))
