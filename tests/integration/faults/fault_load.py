"""The generator: several people at work at once, who keep what the platform acknowledged.

Each client lives one life after the other: an initiative from proposal to start, or a story from
telling to publication. Every command carries an Idempotency-Key and is asked again until it is
answered, as a careful caller does. Some commands must be refused; nothing of them may be stored.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import httpx
from platform_grounds import asking_body, promise_body
from platform_kit import Running
from platform_scenes import Place, initiative_body, request_body, today

CLIENT_SECONDS = 4.0
"""A caller waits this long for an answer, and then asks again with the same key."""
PATIENCE_SECONDS = 90.0
"""A command that is not answered within this time is a broken promise by itself."""
AGAIN_SECONDS = 0.1
THINKING_SECONDS = 0.1
"""At most so long between two commands of a client: the history must not outgrow the judge."""
ASKED = 0.3
"""Share of acknowledged commands whose effect is asked of the read model at once."""
LOST = (httpx.TransportError, RuntimeError)
"""No answer. The client loses count of its timeouts now and then when a connection dies."""
TRY_AGAIN = {"busy", "unavailable", "in-progress", "read-side-behind"}
WORKER, MANAGER = "neighbourhood_worker", "area_manager"
STREAMS = {
    "initiatives": "initiatives",
    "monitoring": "stories",
    "participation": "involvement-checks",
}
"""Services that the clients work with, each with the kind of stream that they make there."""


@dataclass(frozen=True)
class Acknowledged:
    """A command that was answered with 201."""

    service: str
    id: str
    version: int
    token: str
    events: tuple[str, ...]
    at: float
    """Monotonic seconds at which the answer came."""


class Stop(Exception):  # noqa: N818 - an ending, no error
    """The client ends its life here: it was told to, or its command stays without an answer."""


@dataclass
class Load:
    """Clients at work, and what they were told."""

    platform: Running
    places: Sequence[Place]
    rng: random.Random
    clients: int = 6
    doors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Processes that answer for a service, tried in turn; by default the one of its name."""
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Refusals by code: all of commands that had to be refused."""
    forbidden: set[str] = field(default_factory=set)
    """Words of refused commands: no event may hold one."""
    unanswered: int = 0
    """Tries that got no answer, or one that says to ask again."""
    looked: int = 0
    """Answers of the read model that held what had been written."""
    behind: int = 0
    broken: list[str] = field(default_factory=list)
    """Promises that were broken as a caller sees them."""
    _waiting: dict[str, float] = field(default_factory=dict)
    _going: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _http: httpx.AsyncClient | None = None

    @property
    def under_way(self) -> int:
        """Commands that were sent and not acknowledged yet."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to work."""
        self._going = True
        self._http = httpx.AsyncClient(timeout=CLIENT_SECONDS, trust_env=False)
        seeds = [self.rng.random() for _ in range(self.clients)]
        self._tasks = [asyncio.create_task(self._client(random.Random(seed))) for seed in seeds]  # noqa: S311 - chance that can be repeated

    async def until(self, count: int, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait until `count` commands in all were acknowledged; false if that took too long."""
        until = time.monotonic() + seconds
        while len(self.acknowledged) < count:
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.005)
        return True

    async def busy(self) -> int:
        """Wait until a command is under way, at most a second; gives how many are."""
        until = time.monotonic() + 1
        while not self._waiting:
            if time.monotonic() > until:
                break
            await asyncio.sleep(0.001)
        return self.under_way

    async def stop(self) -> None:
        """Begin no new command and wait until those under way are answered."""
        self._going = False
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, BaseException):
                self.broken.append(f"a client came to grief: {type(ended).__name__}: {ended}")
        self._tasks = []
        if self._http is not None:
            await self._http.aclose()

    async def _client(self, rng: random.Random) -> None:
        while self._going:
            place = rng.choice(self.places)
            (live,) = rng.choices((self._initiative, self._story, self._check), (60, 25, 15))
            with suppress(Stop):
                await live(rng, place.neighbourhood(rng.randrange(2)))

    async def _initiative(self, rng: random.Random, area: str) -> None:
        title = f"Reeks {_letters(rng)}"
        give = self._giver("initiatives", "/initiatives", area, rng)
        made = await give("", initiative_body(area, title), WORKER, None)
        step = self._giver("initiatives", f"/initiatives/{made.id}", area, rng)
        made = await step("/corporation-roles", {"role": "support"}, WORKER, made.version)
        if rng.random() < 0.3:
            await self._refuse(
                rng,
                "initiatives",
                f"/initiatives/{made.id}/support-requests",
                lambda word: request_body(word, "11.00"),
                match=made.version - 1,
                code="version-conflict",
            )
        euros = f"{rng.randrange(5, 60)}.{rng.randrange(100):02d}"
        made = await step(
            "/support-requests", request_body("koffie", euros), WORKER, made.version, shown=False
        )
        grant = {"lines": [{"line": 1, "amount": euros}]}
        made = await step("/support-grants", grant, MANAGER, made.version)
        for _ in range(rng.randrange(1, 4)):
            spent = {"line": 1, "amount": "1.25"}
            made = await step("/expenses", spent, WORKER, made.version)
        if rng.random() < 0.3:
            await self._refuse(
                rng,
                "initiatives",
                f"/initiatives/{made.id}/expenses",
                lambda word: {"line": 1, "amount": "9999.00", "reference": word},
                match=made.version,
                code="grant-exceeded",
            )
        await step("/starts", {}, WORKER, made.version)

    async def _story(self, rng: random.Random, area: str) -> None:
        body = {"theme": "meeting", "tone": "strength", "teller": "resident", "text": "Koffie"}
        give = self._giver("monitoring", f"/areas/{area}/stories", area, rng)
        made = await give("", body, WORKER, None)
        step = self._giver("monitoring", f"/stories/{made.id}", area, rng)
        if rng.random() < 0.3:
            await self._refuse(
                rng,
                "monitoring",
                f"/stories/{made.id}/publications",
                lambda _word: {},
                match=made.version,
                code="story-consent-missing",
            )
        made = await step("/consents", {}, WORKER, made.version)
        made = await step("/publications", {}, WORKER, made.version)
        if rng.random() < 0.5:
            await step("/consent-withdrawals", {}, WORKER, made.version)

    async def _check(self, rng: random.Random, area: str) -> None:
        """Residents are asked, and promised what they wished."""
        give = self._giver("participation", "/involvement-checks", area, rng)
        # support may have been granted here today already
        why = "De bewoners begonnen zelf"
        opened = {"area": area, "themes": ["meeting"], "groups": ["tenants"], "reason": why}
        made = await give("", opened, WORKER, None)
        step = self._giver("participation", f"/involvement-checks/{made.id}", area, rng)
        if rng.random() < 0.3:
            await self._refuse(
                rng,
                "participation",
                f"/involvement-checks/{made.id}/conclusions",
                promise_body,
                match=made.version,
                code="nobody-answered-yet",
            )
        for _ in range(rng.randrange(1, 3)):
            asked = asking_body(today().isoformat(), rng.randrange(5, 40))
            made = await step("/askings", asked, WORKER, made.version)
        await step("/conclusions", promise_body(), WORKER, made.version)

    def _giver(
        self, service: str, base: str, area: str, rng: random.Random
    ) -> Callable[..., Awaitable[Acknowledged]]:
        async def give(
            path: str, body: Any, role: str, match: int | None, *, shown: bool = True
        ) -> Acknowledged:
            answer = await self._ask(service, base + path, role, body, match)
            if answer.status_code != 201:
                said = f"{answer.status_code} {answer.text[:300]}"
                self.broken.append(f"a sound command on {base}{path} was answered with {said}")
                raise Stop
            told = answer.json()
            made = Acknowledged(
                service,
                told["id"],
                told["version"],
                told["token"],
                tuple(told["events"]),
                time.monotonic(),
            )
            self.acknowledged.append(made)
            if shown and rng.random() < ASKED:
                await self._look(area, made)
            return made

        return give

    async def _refuse(
        self,
        rng: random.Random,
        service: str,
        path: str,
        body: Callable[[str], Any],
        *,
        match: int,
        code: str,
    ) -> None:
        word = f"weiger{_letters(rng)}"
        self.forbidden.add(word)
        answer = await self._ask(service, path, WORKER, body(word), match)
        if answer.status_code < 400 or answer.json().get("code") != code:
            self.broken.append(f"{path} was not refused with {code}: {answer.text[:300]}")
            raise Stop
        self.refused[code] += 1

    async def _ask(
        self, service: str, path: str, role: str, body: Any, match: int | None
    ) -> httpx.Response:
        """Give a command until it is answered; each try bears the same key."""
        if not self._going:
            raise Stop
        await asyncio.sleep(self.rng.uniform(0, THINKING_SECONDS))
        key = uuid4().hex
        headers = {
            "Authorization": f"Bearer {self.platform.token(role)}",
            "Idempotency-Key": key,
            **({"If-Match": f'"{match}"'} if match is not None else {}),
        }
        self._waiting[key] = time.monotonic()
        until = time.monotonic() + PATIENCE_SECONDS
        tries = 0
        try:
            while time.monotonic() < until:
                doors = self.doors.get(service, (service,))
                door = doors[tries % len(doors)]
                tries += 1
                address = f"{self.platform.addresses[door]}/v1{path}"
                answer = await self._try(address, headers, body)
                if answer is not None and not _says_again(answer):
                    return answer
                self.unanswered += 1
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            del self._waiting[key]
        self.broken.append(f"{path} was not answered for {PATIENCE_SECONDS:g} s")
        raise Stop

    async def _try(self, address: str, headers: dict[str, str], body: Any) -> httpx.Response | None:
        assert self._http is not None
        try:
            return await _alone(self._http.post(address, headers=headers, json=body))
        except LOST:
            return None

    async def _look(self, area: str, made: Acknowledged) -> None:
        """Ask for what was just written: it is there, or the answer says that it is not yet."""
        assert self._http is not None
        address = f"{self.platform.addresses['projections']}/v1/areas/{area}"
        headers = {"Authorization": f"Bearer {self.platform.token(MANAGER)}"}
        stream = f"{STREAMS[made.service]}-{made.id}"
        try:
            status = await _alone(
                self._http.get(
                    f"{address}/effort-status", params={"after": made.token}, headers=headers
                )
            )
            if status.status_code == 503:
                self.behind += 1
                return
            found = await _alone(
                self._http.get(f"{address}/evidence", params={"streams": stream}, headers=headers)
            )
        except LOST:
            self.behind += 1
            return
        if status.status_code == 200 and found.status_code == 503:
            self.behind += 1
            return
        if status.status_code != 200 or found.status_code != 200:
            self.broken.append(f"the read model answered {status.text[:200]} {found.text[:200]}")
            return
        held = stream in status.json()["held"]
        if not held and not set(made.events) & set(found.json()["events"]):
            self.broken.append(
                f"{stream} version {made.version} was answered as visible and is not there"
            )
        self.looked += 1


async def _alone(request: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """Make a request in a task of its own, so that what goes wrong in the client ends with it."""
    return await asyncio.create_task(request)


def _letters(rng: random.Random) -> str:
    """A word like no other, without figures that might be taken for somebody's number."""
    return "".join(rng.choices(ascii_lowercase, k=24))


def _says_again(answer: httpx.Response) -> bool:
    """Whether an answer asks to come back; without a word about that a 5xx is a fault."""
    if answer.status_code < 400:
        return False
    try:
        return answer.json().get("code") in TRY_AGAIN
    except ValueError:
        return False
