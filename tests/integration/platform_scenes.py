"""What tests begin with: areas with figures, an agreed level, an initiative with a grant.

Every test takes a district of its own, so that tests may run in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from platform_grounds import (
    MEETING,
    base_in_order,
    knows,
    own_homes,
    plan_body,
    residents_asked,
)
from platform_kit import Running, told, wait_until

from leefwijk.events.clock import AMSTERDAM

DISTRICTS = 40
MUNICIPALITIES = (("GM0106", "Voordorp"), ("GM0118", "Thuis"))
FIGURES = """gezondheid_goed,wekelijkse_sporters,lichamelijke_beperking,beperking_horen,\
beperking_zien,beperking_bewegen,risico_angst_depressie_matig_hoog,risico_angst_depressie_hoog,\
veel_stress,regie_eigen_leven_matig_veel,eenzaam,ernstig_eenzaam,emotioneel_eenzaam,sociaal_eenzaam,\
mantelzorger,vrijwilligerswerk,ernstige_geluidhinder_buren,moeite_met_rondkomen"""
VALUES = "78.4,48.9,15.2,4.6,5.6,9.6,45.9,6.7,17.9,90.1,47.0,11.2,28.9,30.0,13.6,24.6,7.0,13.9"
LONELY = {
    "sourceEdition": "rivm-gezondheid-18plus-2020",
    "indicator": "rivm-eenzaam-18plus",
    "period": "2020",
}


def today() -> date:
    """The calendar day in the Netherlands, as the services judge it."""
    return datetime.now(UTC).astimezone(AMSTERDAM).date()


@dataclass(frozen=True)
class Place:
    """A district with its two neighbourhoods, as area ids of the division of 2020."""

    municipality: str
    code: str

    @property
    def district(self) -> str:
        """Id of the district."""
        return f"WK{self.code}@2020"

    def neighbourhood(self, number: int = 0) -> str:
        """Id of one of its neighbourhoods."""
        return f"BU{self.code}{number:02d}@2020"


def places() -> Iterator[Place]:
    """All districts, the municipalities in turn for the last ten of them."""
    for number in range(DISTRICTS):
        municipality = MUNICIPALITIES[0 if number < DISTRICTS - 10 else 1][0]
        yield Place(municipality, f"{municipality[2:]}{number:02d}")


def area_file(found: Sequence[Place]) -> str:
    """The areas as the file of municipalities, districts and neighbourhoods has them."""
    names = dict(MUNICIPALITIES)
    rows = [
        f"{place.municipality},{names[place.municipality]},WK{place.code},Wijk {place.code},"
        f"BU{place.code}{number:02d},Buurt {place.code}{number},2014"
        for place in found
        for number in range(2)
    ]
    head = "gm_code,gemeente,wk_code,wijk_naam_2022,bu_code,buurt_naam,buurt_naam_peiljaar"
    return "\n".join([head, *rows, ""])


def figure_file(found: Sequence[Place]) -> str:
    """Figures of the districts as the health monitor of 2020 publishes them."""
    rows = [f"2020,18+,WK{place.code},wijk,Voordorp,{VALUES}" for place in found]
    return "\n".join([f"jaar,leeftijd,code,niveau,gemeente,{FIGURES}", *rows, ""])


@dataclass
class Scenes:
    """Makes what a test begins with, through HTTP."""

    platform: Running
    partner: str = ""
    _left: dict[str, list[Place]] = field(default_factory=dict)
    _looked_at: set[str] = field(default_factory=set)

    async def prepare(self) -> None:
        """Import areas, figures and homes, ask residents, register a partner; all is known then."""
        found = list(places())
        for place in found:
            self._left.setdefault(place.municipality, []).append(place)
        areas = await self.platform.upload(
            area_file(found), "gebieden-drenthe-ooststellingwerf", 2020
        )
        figures = await self.platform.upload(figure_file(found), "rivm-2020-18plus", 2020)
        assert {areas["status"], figures["status"]} == {"completed"}, (areas, figures)
        registered = await self.platform.post(
            "monitoring",
            "/partners",
            "area_manager",
            {"name": "Gemeente", "kind": "municipality", "municipalities": ["GM0106"]},
        )
        self.partner = told(registered, 201)["id"]
        await self.known_to_initiatives(found[-1].neighbourhood(1))
        day = today().isoformat()
        homes = [place.neighbourhood(number) for place in found for number in range(2)]
        await own_homes(self.platform, homes, day)
        for code, _ in MUNICIPALITIES:
            await residents_asked(self.platform, f"{code}@2020", day)

    def place(self, municipality: str = "GM0106") -> Place:
        """A district that no other test uses."""
        return self._left[municipality].pop()

    async def known_to_initiatives(self, area: str) -> None:
        """Wait until initiatives has heard of an area."""
        await knows(self.platform, "initiatives", "known_areas", "area", area)

    async def story(self, area: str, words: str = "Elke week koffie in de hal") -> dict[str, Any]:
        """A strength that a resident told."""
        body = {"theme": "meeting", "tone": "strength", "teller": "resident", "text": words}
        path = f"/areas/{area}/stories"
        return told(await self.platform.post("monitoring", path, "neighbourhood_worker", body), 201)

    async def proposal(self, area: str, *stories: str, **changes: Any) -> dict[str, Any]:
        """A proposal of `extra` that rests on a figure and the stories."""
        await self.grounds(area)
        body = {**proposal_body(*stories), **changes}
        path = f"/areas/{area}/effort-proposals"
        return told(await self.platform.post("monitoring", path, "area_manager", body), 201)

    async def level(
        self, area: str, euros: str = "24000.00", through: date | None = None
    ) -> dict[str, Any]:
        """An agreed level with a budget for this year; known to initiatives when it returns."""
        story = await self.story(area)
        valid = {
            "from": today().isoformat(),
            "through": (through or date(today().year + 2, 12, 31)).isoformat(),
        }
        made = await self.proposal(area, story["id"], valid=valid)
        path = f"/effort-proposals/{made['id']}/agreements"
        body = {"budgets": [{"year": today().year, "amount": euros}]}
        agreed = told(
            await self.platform.post(
                "monitoring", path, "area_manager", body, match=made["version"]
            ),
            201,
        )
        await self.known_level(made["id"])
        return agreed

    async def known_level(self, level: str) -> None:
        """Wait until initiatives has heard that a level was agreed."""
        await knows(self.platform, "initiatives", "known_levels", "level_id", level)

    async def grounds(self, area: str) -> None:
        """Look at the base of an area, once."""
        if area not in self._looked_at:
            await base_in_order(self.platform, area)
            self._looked_at.add(area)

    async def initiative(self, area: str, **headers: Any) -> dict[str, Any]:
        """A proposed initiative of residents."""
        answer = await self.platform.post(
            "initiatives", "/initiatives", "neighbourhood_worker", initiative_body(area), **headers
        )
        return told(answer, 201)

    async def requested(self, area: str, euros: str) -> dict[str, Any]:
        """An initiative in which the corporation supports, and which asks for money."""
        made = await self.initiative(area)
        role = await self.step(made, "corporation-roles", {"role": "support"})
        return await self.step(role, "support-requests", request_body("koffie", euros))

    async def granted(self, area: str, euros: str) -> dict[str, Any]:
        """An initiative with a grant of all it asked for."""
        asked = await self.requested(area, euros)
        body = {"lines": [{"line": 1, "amount": euros}]}
        return await self.step(asked, "support-grants", body, "area_manager")

    async def step(
        self,
        before: dict[str, Any],
        path: str,
        body: dict[str, Any],
        role: str = "neighbourhood_worker",
    ) -> dict[str, Any]:
        """The next command on an initiative, on the version that the last one answered."""
        answer = await self.platform.post(
            "initiatives",
            f"/initiatives/{before['id']}/{path}",
            role,
            body,
            match=before["version"],
        )
        return told(answer, 201)

    async def status(
        self, area: str, *earlier: str, after: str | None = None, seconds: float = 30, **params: str
    ) -> dict[str, Any]:
        """The effort status as an area manager reads it, once it holds what `after` names.

        A token speaks for the streams of its own command only. Whoever looks at what other
        commands brought about gives their tokens first.
        """
        for token in earlier:
            await self.status(area, after=token, seconds=seconds)
        asked = {**params, **({"after": after} if after else {})}

        async def answered() -> dict[str, Any]:
            path = f"/v1/areas/{area}/effort-status"
            answer = await self.platform.get("projections", path, "area_manager", asked)
            if answer.status_code == 503:
                return {}
            return told(answer, 200)

        return await wait_until(answered, "the read model holds what was written", seconds)


def initiative_body(area: str, title: str = "Koffiehoek") -> dict[str, Any]:
    """A proposal of an initiative."""
    return {
        "title": title,
        "area": area,
        "themes": ["meeting"],
        "taker": "residents",
        "collectiveBenefit": "Iedereen is welkom",
        "plan": plan_body(date(today().year + 1, 12, 31).isoformat()),
    }


def request_body(purpose: str, euros: str) -> dict[str, Any]:
    """A request of one line of money."""
    line = {"line": 1, "kind": "money", "purpose": purpose, "amount": euros}
    return {"lines": [{**line, "contribution": MEETING}]}


def proposal_body(*stories: str) -> dict[str, Any]:
    """A proposal of `extra`, from today for two years."""
    last = date(today().year + 2, 12, 31).isoformat()
    return {
        "level": "extra",
        "valid": {"from": today().isoformat(), "through": last},
        "measurements": [LONELY],
        "stories": list(stories),
        "effects": [{"indicator": LONELY["indicator"], "movement": "down", "by": last}],
    }
