"""The panel over the wire: without an account, without a trace, each voice once."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from participation_kit import LARIKS, WORKER, Participation
from sqlalchemy import text

from leefwijk.events.language.participation.ladder import Answers, Wish
from leefwijk.events.testing.clock import moment
from participation.domain.wish_panel import WishPanel

ALL = tuple(wish.value for wish in Wish)


@dataclass
class Panel:
    """An open panel, and the means to act on it."""

    service: Participation
    id: str

    async def tokens(self, group: str, number: int) -> list[str]:
        """New tokens for a group."""
        body = {"group": group, "tokens": number}
        issued = await self.service.done(f"wish-panels/{self.id}", "tokens", body)
        return list(issued["tokens"])

    async def look(self, role: str = WORKER, more: str = "") -> Any:
        """The panel as somebody reads it."""
        return await self.service.look(f"/wish-panels/{self.id}{more}", role)

    async def wish(
        self, token: str, wish: str, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """Give a wish as a resident: no account, no version."""
        body = {"token": token, "wish": wish, **more}
        headers = {"Idempotency-Key": key} if key else {}
        url = f"/v1/wish-panels/{self.id}/wishes"
        return await self.service.client.post(url, json=body, headers=headers)

    async def tally(self) -> dict[str, Answers]:
        """What was counted in the end, as the platform keeps it."""
        loaded = await self.service.context.handler.load(WishPanel, self.id)
        return {one.group.value: one.answers for one in loaded.state.tally}

    async def replayed(self) -> Counter[str]:
        """The last wish of each voice, counted anew from the facts in their order."""
        last: dict[str, str] = {}
        async with self.service.context.reading.connect() as connection:
            rows = await connection.execute(_WISHES, {"panel": self.id})
            for row in rows:
                last[row.stream_id] = row.wish
        return Counter(last.values())


_WISHES = text("""
select stream_id, data->>'wish' as wish from events
where stream_id like 'wishes-%' and data->>'panel' = :panel
order by era, xid, position
""")


async def opened(service: Participation, *groups: str, closes: str = "") -> Panel:
    """A panel on Lariks, open until eight in the evening."""
    named = groups or ("tenants", "owners")
    body = {
        "area": LARIKS,
        "themes": ["meeting"],
        "groups": [{"group": group, "homes": 60} for group in named],
        "closesAt": closes or "2026-11-15T20:00:00+01:00",
    }
    return Panel(service, await service.made("/wish-panels", body))


@pytest.fixture
async def panel(participation: Participation) -> Panel:
    """A panel on Lariks for tenants and owners, open for an hour."""
    participation.clock.set("2026-11-15T18:00:00Z")
    return await opened(participation)


async def test_each_token_counts_once_and_is_kept_nowhere(panel: Panel) -> None:
    """PAR-16, PAR-18: first wishes, repeats and changes at once; the last of each token counts."""
    tokens = await panel.tokens("tenants", 20)
    for token in await panel.tokens("owners", 6):
        await panel.wish(token, "consulted")
    first = await asyncio.gather(*(panel.wish(token, "help") for token in tokens))
    again = await asyncio.gather(*(panel.wish(token, "help") for token in tokens[:10]))
    other = await asyncio.gather(*(panel.wish(token, "informed") for token in tokens[10:15]))
    assert {answer.status_code for answer in (*first, *again, *other)} == {201}
    assert [one.json() for one in again] == [one.json() for one in first[:10]]
    before = await panel.look()
    assert (before["answersOrMore"], before["answers"], before["results"]) == (20, None, [])
    panel.service.clock.advance(hours=1, seconds=4)
    await panel.service.ticker.tick()
    closed = await panel.look()
    tenants = closed["results"][0]
    assert closed["status"] == "closed"
    counted = (await panel.service.context.handler.load(WishPanel, panel.id)).state.tally[0].answers
    assert (counted.help, counted.informed, counted.total) == (15, 5, 20)
    # nobody wished anything else, which five informed would tell beside fifteen of twenty
    assert (tenants["wishes"]["help"], tenants["wishes"]["informed"]) == (15, "not_shown")
    assert (closed["answers"], tenants["answers"]) == (26, 20)
    assert tenants["wishes"]["not_now"] == "not_shown"
    kept = await panel.service.everything()
    assert not any(part in kept for token in tokens for part in token.split("-")[1:])


async def test_two_wishes_of_one_token_at_once_are_both_answered(panel: Panel) -> None:
    """PAR-17: two connections, two facts in one order, no conflict for a resident."""
    (token,) = await panel.tokens("tenants", 1)
    await panel.wish(token, "help")
    both = await asyncio.gather(panel.wish(token, "co_decide"), panel.wish(token, "informed"))
    assert [answer.status_code for answer in both] == [201, 201]
    counts = "select count(*) from events where type like '%wish-changed%'"
    async with panel.service.context.reading.connect() as connection:
        assert (await connection.execute(text(counts))).scalar_one() == 2


async def test_every_bad_token_gets_the_same_answer(panel: Panel) -> None:
    """PAR-18: invented, voided, of another panel; and no field beside the wish."""
    (token,) = await panel.tokens("owners", 1)
    invented = await panel.wish("1-" + "0" * 16 + "-" + "0" * 16, "help")
    beside = await panel.wish(token, "help", comment="graag")
    assert beside.status_code == 400
    assert token not in beside.text
    body = {"token": token, "wish": "help"}
    for place, status in ((f"?token={token}", 400), (f"/{token}", 404)):
        url = f"/v1/wish-panels/{panel.id}/wishes{place}"
        answer = await panel.service.client.post(url, json=body)
        assert answer.status_code == status
        assert token not in answer.text
    for_tenants = await panel.wish(token, "help", group="tenants")
    assert for_tenants.status_code == 400
    other = await opened(panel.service)
    elsewhere = await other.wish(token, "help")
    body = {"batch": "1", "reason": "leaked"}
    await panel.service.done(f"wish-panels/{panel.id}", "voidings", body)
    voided = await panel.wish(token, "help")
    assert invented.status_code == voided.status_code == 409
    assert invented.json() == voided.json() == elsewhere.json()
    assert voided.json()["code"] == "token-not-valid"


async def test_the_last_moment_is_too_late(panel: Panel) -> None:
    """PAR-19: refused at 20:00:00.000, though the tally comes seconds later."""
    (token,) = await panel.tokens("owners", 1)
    panel.service.clock.advance(hours=1)
    late = await panel.wish(token, "help")
    assert (late.status_code, late.json()["code"]) == (409, "panel-closed")
    assert late.json()["detail"] == "The panel closed on 15 November at 20:00."


async def test_a_busy_evening_loses_nothing(participation: Participation) -> None:
    """PAR-16: 50 clients, 4,800 tokens, 3,600 wishes: 3,000 first, 450 repeated, 150 changed."""
    participation.clock.set("2026-11-15T18:00:00Z")
    panel = await opened(participation, "residents_15plus")
    tokens = (await panel.tokens("residents_15plus", 4800))[:3000]
    first = {token: ALL[place % 7] for place, token in enumerate(tokens)}

    async def client(number: int) -> list[tuple[str, str, httpx.Response]]:
        mine = tokens[number::50]
        other = {token: ALL[(ALL.index(first[token]) + 1) % 7] for token in mine[9:12]}
        sent = [(token, first[token]) for token in (*mine, *mine[:9])] + list(other.items())
        return [
            (token, wish, await panel.wish(token, wish, key=f"{number}-{place}"))
            for place, (token, wish) in enumerate(sent)
        ]

    told = await asyncio.gather(*(client(number) for number in range(50)))
    answers = [answer for one in told for answer in one]
    assert len(answers) == 3600
    assert {answer.status_code for _, _, answer in answers} == {201}
    receipts: dict[tuple[str, str], set[str]] = {}
    for token, wish, answer in answers:
        receipts.setdefault((token, wish), set()).add(answer.json()["receipt"])
    assert {len(one) for one in receipts.values()} == {1}
    facts = Counter(name for name, _ in await participation.facts("wishes-%"))
    assert facts == {"wish-given": 3000, "wish-changed": 150}
    await participation.time_passes("2026-11-15T19:00:04Z")
    (group,) = (await panel.look())["results"]
    assert (group["answers"], group["tokens"], group["response"]) == (3000, 4800, "62.5")
    assert sum(group["wishes"].values()) == 3000
    assert group["wishes"] == await panel.replayed()


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@for_all(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(ALL)), min_size=1, max_size=40),
    st.integers(1, 12),
)
async def test_every_token_counts_once_at_its_last_wish(
    participation: Participation, sent: list[tuple[int, str]], at_once: int
) -> None:
    """PAR-16, PAR-17: whoever sends what in which order, so many at once: never 0, never 2."""
    clock = participation.clock
    panel = await opened(participation, "tenants", closes=f"{clock() + timedelta(hours=1)}")
    tokens = await panel.tokens("tenants", 12)
    for start in range(0, len(sent), at_once):
        together = sent[start : start + at_once]
        answers = await asyncio.gather(*(panel.wish(tokens[who], wish) for who, wish in together))
        assert {answer.status_code for answer in answers} == {201}
    await participation.time_passes(f"{clock() + timedelta(hours=1, seconds=4)}")
    tally = (await panel.tally())["tenants"]
    assert tally.total == len({who for who, _ in sent})
    counted = {wish: getattr(tally, wish) for wish in ALL}
    assert {wish: count for wish, count in counted.items() if count} == await panel.replayed()


async def test_a_request_that_is_sent_again_changes_nothing(panel: Panel) -> None:
    """PAR-16: a first request that arrives once more after a change takes nothing back."""
    (token,) = await panel.tokens("tenants", 1)
    first = await panel.wish(token, "help", key="k1")
    await panel.wish(token, "informed", key="k2")
    again = await panel.wish(token, "help", key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await panel.wish(token, "advise", key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await panel.replayed() == {"informed": 1}
    both = await asyncio.gather(*(panel.wish(token, "advise", key="k3") for _ in range(4)))
    assert {(one.status_code, one.text) for one in both} == {(201, both[0].text)}
    assert len(await panel.service.facts("wishes-%")) == 3


async def test_a_token_leads_to_nobody(panel: Panel, caplog: pytest.LogCaptureFixture) -> None:
    """PAR-18: found in no table, log line or metric, nor what it can be found by; and no trace."""
    caplog.set_level(logging.DEBUG)
    (token,) = await panel.tokens("tenants", 1)
    trace, correlation = "4bf92f3577b34da6a3ce929d0e0e4736", "somebody-at-home"
    headers = {
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
        "X-Correlation-Id": correlation,
        "Idempotency-Key": token,
    }
    body = f'{{"token":"{token}","wish":"not_now","reasons":["stress"]}}'
    url = f"/v1/wish-panels/{panel.id}/wishes"
    headers["Content-Type"] = "application/json"
    given = await panel.service.client.post(url, content=body, headers=headers)
    assert given.status_code == 201, given.text
    await panel.wish(token, "help", comment="graag")
    metrics = (await panel.service.client.get("/metrics")).text
    kept = await panel.service.everything()
    found = [token, *token.split("-")[1:], trace, correlation]
    found += [
        hashlib.new(algorithm, whole.encode()).hexdigest()
        for whole in (token, token.replace("-", ""), body)
        for algorithm in ("md5", "sha1", "sha256", "sha512")
    ]
    for text_ in (kept, metrics, caplog.text, given.text):
        assert not [one for one in found if one in text_]
    ((name, data),) = await panel.service.facts("wishes-%")
    assert name == "wish-given"
    assert set(data) == {"area", "panel", "group", "wish", "reasons"}
    assert (data["group"], data["wish"], data["reasons"]) == ("tenants", "not_now", ["stress"])


async def test_tokens_cannot_be_read_back(panel: Panel) -> None:
    """PAR-18: the same call under the same key makes new ones; the first ones are told once."""
    path = f"/wish-panels/{panel.id}/tokens"
    issued = []
    for _ in range(2):
        version = (await panel.look())["version"]
        body = {"group": "tenants", "tokens": 5}
        answer = await panel.service.post(path, body, WORKER, version=version, key="k1")
        assert answer.status_code == 201, answer.text
        issued += answer.json()["tokens"]
    assert len(set(issued)) == 10
    kept = await panel.service.everything() + str(await panel.look())
    assert not [token for token in issued if token in kept]


class RunningClock:
    """A clock that runs, from a moment on."""

    def __init__(self, start: str) -> None:
        self._start, self._begun = moment(start), monotonic()

    def __call__(self) -> datetime:
        """The present moment."""
        return self._start + timedelta(seconds=monotonic() - self._begun)


async def test_at_closing_time_each_wish_is_counted_or_told_it_is_late(
    participation: Participation,
) -> None:
    """PAR-19: 500 around eight o'clock, a hand in the same second, the deadline at 20:00:04."""
    participation.clock.set("2026-11-15T18:00:00Z")
    panel = await opened(participation, "tenants")
    tokens = await panel.tokens("tenants", 500)
    handler = participation.context.handler
    handler.clock = RunningClock("2026-11-15T18:59:54Z")
    random, busy = Random(19), 0  # noqa: S311 - to spread them

    async def send(token: str) -> httpx.Response:
        nonlocal busy
        await asyncio.sleep(random.uniform(0, 8))
        while (answer := await panel.wish(token, "help")).status_code == 503:
            busy += 1
        return answer

    async def by_hand() -> None:
        await asyncio.sleep(6.2)
        version = (await panel.look())["version"]
        path = f"/wish-panels/{panel.id}/closings"
        await participation.post(path, {}, WORKER, version=version)

    async def ticks() -> None:
        while handler.clock() < moment("2026-11-15T19:00:04Z"):
            await participation.ticker.tick()
            await asyncio.sleep(0.2)

    *answers, _, _ = await asyncio.gather(*(send(token) for token in tokens), by_hand(), ticks())
    while await participation.ticker.tick():
        pass
    given = [answer for answer in answers if answer.status_code == 201]
    late = [answer for answer in answers if answer.status_code != 201]
    assert given
    assert late
    assert {(one.json()["code"], one.json()["detail"]) for one in late} == {
        ("panel-closed", "The panel closed on 15 November at 20:00.")
    }
    counted = (await panel.tally())["tenants"].total
    # whoever is told to send it again, and comes too late then, may be counted without a receipt
    assert 0 <= counted - len(given) <= busy
    facts = [data for name, data in await participation.facts() if name == "panel-closed"]
    assert len(facts) == 1
    assert facts[0]["by"] == "time"


@pytest.mark.parametrize(
    ("stored_at", "tallied", "status"),
    [
        ("2026-11-15T19:00:03.9Z", False, 201),
        ("2026-11-15T19:00:04Z", False, 503),
        ("2026-11-15T19:00:04.1Z", True, 503),
        ("2026-11-15T18:59:59Z", False, 201),
    ],
)
async def test_a_receipt_is_given_where_the_stored_wish_is_counted(
    panel: Panel, monkeypatch: pytest.MonkeyPatch, stored_at: str, tallied: bool, status: int
) -> None:
    """PAR-19: taken in time and stored late, perhaps after the tally: then it gets no receipt."""
    (token,) = await panel.tokens("tenants", 1)
    service = panel.service
    store = service.context.store
    commit = store.commit

    async def late(one: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        service.clock.set(stored_at)
        if tallied:
            await service.ticker.tick()
        await commit(one)

    service.clock.set("2026-11-15T18:59:58Z")
    monkeypatch.setattr(store, "commit", late)
    answer = await panel.wish(token, "help", key="k1")
    assert answer.status_code == status, answer.text
    await service.time_passes("2026-11-15T19:00:05Z")
    counted = (await panel.tally())["tenants"].total
    assert counted == (0 if tallied else 1)
    again = await panel.wish(token, "help", key="k1")
    assert again.status_code == (201 if status == 201 else 409)
    assert status == 201 or again.json()["code"] == "panel-closed"


async def test_a_panel_closed_by_hand_meanwhile_gives_no_receipt(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PAR-19: the last moment is the one that stands when the wish is stored."""
    (token,) = await panel.tokens("tenants", 1)
    service, store = panel.service, panel.service.context.store
    commit = store.commit

    async def late(one: Any) -> None:
        monkeypatch.setattr(store, "commit", commit)
        await service.done(f"wish-panels/{panel.id}", "closings")
        service.clock.advance(seconds=4)
        await service.ticker.tick()
        await commit(one)

    monkeypatch.setattr(store, "commit", late)
    assert (await panel.wish(token, "help")).status_code == 503
    assert (await panel.tally())["tenants"].total == 0
    assert (await panel.wish(token, "help")).json()["code"] == "panel-closed"


TENANTS = {"informed": 20, "consulted": 9, "help": 6, "advise": 2, "not_now": 4}


async def test_no_interim_score_and_no_small_number(participation: Participation) -> None:
    """PAR-20: before closing tens of all groups; after it what cannot be worked out, for all."""
    participation.clock.set("2026-11-15T18:00:00Z")
    panel = await opened(participation, "tenants", "owners", "private_renters")
    wished = {
        "tenants": [wish for wish, count in TENANTS.items() for _ in range(count)],
        "owners": ["help"] * 12,
        "private_renters": ["informed"] * 3,
    }
    for group, wishes in wished.items():
        tokens = await panel.tokens(group, len(wishes) + 20)
        sent = zip(tokens, wishes, strict=False)
        await asyncio.gather(*(panel.wish(token, wish) for token, wish in sent))
    roles = ("resident", "partner", WORKER)
    for role in roles:
        open_ = await panel.look(role)
        assert (open_["answersOrMore"], open_["answers"], open_["results"]) == (50, None, [])
        assert (await panel.look(role, "/results"))["groups"] == []
        (listed,) = (await participation.look("/wish-panels", role))["items"]
        assert (listed["answers"], listed["results"]) == (None, [])
    await participation.time_passes("2026-11-15T19:00:04Z")
    hidden = dict.fromkeys(ALL, "not_shown")
    for role in roles:
        closed = await panel.look(role)
        by_group = {one["group"]: one for one in closed["results"]}
        assert closed["answers"] == 56
        assert by_group["tenants"]["answers"] == 41
        assert by_group["tenants"]["wishes"] == {
            **hidden,
            "informed": 20,
            "consulted": 9,
            "help": 6,
        }
        for group in ("owners", "private_renters"):
            assert by_group[group]["answers"] == by_group[group]["tokens"] == "not_shown"
            assert by_group[group]["wishes"] == hidden
            assert by_group[group]["response"] == "not_shown"
        rows = (await panel.look(role, "/results"))["groups"]
        assert [row["informed"] for row in rows] == [20, "not_shown", "not_shown"]
        sheet = await participation.get(f"/wish-panels/{panel.id}/results?format=csv", role)
        lines = sheet.text.splitlines()
        assert (
            lines[1]
            == f"{panel.id};tenants;41;61;67.2;not_shown;20;9;not_shown;6;not_shown;not_shown"
        )
        assert lines[2] == ";".join([panel.id, "owners", *["not_shown"] * 10])


async def test_a_check_counts_the_panel_as_it_is(participation: Participation) -> None:
    """PAR-06, PAR-19, PAR-20: exact in what is decided, and as hidden as in the panel itself."""
    service = participation
    service.clock.set("2026-11-15T18:00:00Z")
    panel = await opened(service, "tenants", "owners", "private_renters")
    wished = {"tenants": 41, "owners": 12, "private_renters": 3}
    for group, number in wished.items():
        tokens = await panel.tokens(group, number + 20)
        await asyncio.gather(*(panel.wish(token, "help") for token in tokens[:number]))
    check = await service.check(LARIKS, "tenants", "owners")
    body = {"panel": panel.id}
    await service.refused(check, "panel-tallies", body, code="panel-not-closed")
    await service.time_passes("2026-11-15T19:00:04Z")
    await service.refused(check, "panel-tallies", {"panel": "p9"}, code="no-such-panel")
    await service.done(check, "panel-tallies", body)
    assert (await service.done(check, "panel-tallies", body))["events"] == []
    found = await service.look(f"/{check}", WORKER)
    tenants, owners = found["groups"]
    assert (tenants["answers"], tenants["response"], tenants["leadingWish"]) == (41, "67.2", "help")
    assert (owners["answers"], owners["response"], owners["reach"]) == (
        "not_shown",
        "not_shown",
        None,
    )
    assert {one["panel"] for one in found["askings"]} == {panel.id}
    hidden = dict.fromkeys(ALL, "not_shown")
    # nobody of 41 wished anything else, which 41 would tell
    assert [one["answers"] for one in found["askings"]] == [hidden, hidden]
    recorded = [data for name, data in await service.facts() if name == "asking-recorded"]
    assert [data["answers"]["help"] for data in recorded] == [41, 12]
    wrong = {"asking": found["askings"][0]["asking"], "answers": {"help": 1}, "reason": "misread"}
    await service.refused(check, "asking-corrections", wrong, code="counted-by-panel")
    said = {"tenants": "help", "owners": "help"}
    conclusion = {
        "groups": [{"group": g, "promise": p} for g, p in said.items()],
        "role": "support",
    }
    await service.refused(check, "conclusions", conclusion, code="digital-only-asking")
    await service.ask(check, "kitchen_table", "2026-11-15", informed=6)
    await service.done(check, "conclusions", conclusion)
