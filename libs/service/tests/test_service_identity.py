"""Whose token is good, also while keys rotate and while the issuer is away."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from leefwijk.service import identity
from leefwijk.service.identity import Keys, Principal, Verifier
from leefwijk.service.issuer import ISSUER, DevelopmentIssuer, NotInProductionError
from leefwijk.service.problems import Problem
from leefwijk.service.roles import Role, Scope
from leefwijk.service.settings import Environment


class Watch:
    """A clock that goes when it is told to; seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def refusal(verifier: Verifier, token: str) -> Problem:
    """The problem that this token gets."""
    with pytest.raises(Problem) as raised:
        await verifier.verify(f"Bearer {token}")
    return raised.value


def verifier_of(where: Path | str, **given: Any) -> tuple[Verifier, Watch]:
    """A verifier whose keys grow old at a watch's pace."""
    watch = Watch()
    return Verifier(ISSUER, "leefwijk", Keys(str(where), monotonic=watch), **given), watch


async def test_a_good_token_names_its_caller(issuer: DevelopmentIssuer) -> None:
    """Issuer, subject, role, municipalities and partner come from the claims."""
    verifier, _ = verifier_of(issuer.jwks)
    token = issuer.token(Role.PARTNER, municipalities=("GM0106",), partner="p1", subject="s")
    assert await verifier.verify(f"bearer {token}") == Principal(
        ISSUER, "s", Role.PARTNER, frozenset({"GM0106"}), "p1"
    )


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_other_allowed_algorithms_are_good_too(algorithm: str, tmp_path: Path) -> None:
    """An organisation's issuer may sign with RSA."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    where = tmp_path / "jwks.json"
    where.write_text(json.dumps(KeySet([key]).as_dict(private=False)), "utf-8")
    verifier, _ = verifier_of(where)
    claims = {
        "iss": ISSUER,
        "sub": "s",
        "aud": ["other", "leefwijk"],
        "exp": int(time.time()) + 60,
        "role": "analyst",
    }
    token = jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])
    assert (await verifier.verify(f"Bearer {token}")).role is Role.ANALYST


@pytest.mark.parametrize(("late", "good"), [(-60, True), (0, True), (29, True), (31, False)])
async def test_clocks_may_differ_by_half_a_minute(
    late: float, good: bool, issuer: DevelopmentIssuer
) -> None:
    """An expired token is good for thirty seconds more, and not longer."""
    token = issuer.token(Role.ANALYST, lifetime=60)
    end = json.loads(identity.base64.urlsafe_b64decode(token.split(".")[1] + "=="))["exp"]
    verifier, _ = verifier_of(issuer.jwks, clock=lambda: end + late)
    if good:
        assert (await verifier.verify(f"Bearer {token}")).role is Role.ANALYST
    else:
        assert (await refusal(verifier, token)).status == 401


async def test_a_remembered_token_is_not_good_for_longer_than_a_new_one(
    issuer: DevelopmentIssuer,
) -> None:
    """That a token was seen before does not lengthen its life."""
    token = issuer.token(Role.ANALYST, lifetime=60)
    now = time.time()
    clock = Watch()
    clock.now = now
    verifier, _ = verifier_of(issuer.jwks, clock=clock)
    await verifier.verify(f"Bearer {token}")
    clock.now = now + 59
    await verifier.verify(f"Bearer {token}")
    clock.now = now + 95
    assert (await refusal(verifier, token)).status == 401


async def test_a_rotated_key_is_found_by_its_first_token(
    issuer: DevelopmentIssuer, tmp_path: Path
) -> None:
    """A token under a new key makes the service ask for the keys again; the old one goes."""
    where = tmp_path / "jwks.json"
    shutil.copy(issuer.jwks, where)
    verifier, watch = verifier_of(where)
    old = issuer.token(Role.ANALYST)
    await verifier.verify(f"Bearer {old}")
    other = DevelopmentIssuer(tmp_path / "next")
    shutil.copy(other.jwks, where)
    watch.now += 31
    assert (await verifier.verify(f"Bearer {other.token(Role.ANALYST)}")).role is Role.ANALYST
    assert (await refusal(verifier, issuer.token(Role.ANALYST, subject="new"))).status == 401


async def test_a_remembered_token_does_not_outlive_its_key_by_long(
    issuer: DevelopmentIssuer, tmp_path: Path
) -> None:
    """Half a minute after the key went, tokens it signed are refused though seen before."""
    where = tmp_path / "jwks.json"
    shutil.copy(issuer.jwks, where)
    clock = Watch()
    clock.now = time.time()
    verifier, watch = verifier_of(where, clock=clock)
    token = issuer.token(Role.ANALYST)
    await verifier.verify(f"Bearer {token}")
    shutil.copy(DevelopmentIssuer(tmp_path / "next").jwks, where)
    clock.now += 31
    watch.now += 301
    assert (await refusal(verifier, token)).status == 401


async def test_unknown_keys_do_not_make_the_service_ask_all_the_time(
    issuer: DevelopmentIssuer, tmp_path: Path
) -> None:
    """Within thirty seconds of the last answer an unknown key is simply refused."""
    where = tmp_path / "jwks.json"
    shutil.copy(issuer.jwks, where)
    verifier, watch = verifier_of(where)
    await verifier.verify(f"Bearer {issuer.token(Role.ANALYST)}")
    other = DevelopmentIssuer(tmp_path / "next")
    shutil.copy(other.jwks, where)
    watch.now += 29
    assert (await refusal(verifier, other.token(Role.ANALYST))).status == 401


async def test_known_keys_stay_good_while_the_issuer_is_away_and_then_nothing_is(
    issuer: DevelopmentIssuer, tmp_path: Path
) -> None:
    """Ten minutes on known keys; after that every token is a 503 until the issuer is back."""
    where = tmp_path / "jwks.json"
    shutil.copy(issuer.jwks, where)
    clock = Watch()
    clock.now = time.time()
    verifier, watch = verifier_of(where, clock=clock)
    token = issuer.token(Role.ANALYST)
    await verifier.verify(f"Bearer {token}")
    where.unlink()
    for later in (301, 599):
        watch.now = 1000 + later
        clock.now += 31
        assert (await verifier.verify(f"Bearer {token}")).role is Role.ANALYST
    watch.now = 1000 + 601
    clock.now += 31
    problem = await refusal(verifier, token)
    assert (problem.status, problem.code) == (503, "identity-unavailable")
    shutil.copy(issuer.jwks, where)
    watch.now += 31
    assert (await verifier.verify(f"Bearer {token}")).role is Role.ANALYST


async def test_an_issuer_that_is_away_is_not_asked_by_every_request(
    issuer: DevelopmentIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed question is not asked again at once: requests would queue behind its timeout."""
    asked = 0
    found = json.loads(issuer.jwks.read_text("utf-8"))

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if asked == 1:
            return httpx.Response(200, json=found)
        raise httpx.ConnectTimeout("away", request=request)

    real = httpx.AsyncClient
    monkeypatch.setattr(
        identity.httpx,
        "AsyncClient",
        lambda **given: real(transport=httpx.MockTransport(answer), **given),
    )
    clock = Watch()
    clock.now = time.time()
    verifier, watch = verifier_of("https://issuer.example/jwks.json", clock=clock)
    token = issuer.token(Role.ANALYST)
    await verifier.verify(f"Bearer {token}")
    watch.now += 400
    for _ in range(20):
        clock.now += 31
        await verifier.verify(f"Bearer {token}")
    assert asked == 2
    watch.now += 31
    clock.now += 31
    await verifier.verify(f"Bearer {token}")
    assert asked == 3


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        "5",
        "null",
        "\0",
        '{"keys": null}',
        '{"keys": 5}',
        '{"keys": [5]}',
        '{"keys": [{}]}',
        '{"keys": [{"kty": "EC"}]}',
        '{"keys": [{"kty": "no"}]}',
    ],
)
async def test_keys_that_are_none_are_as_good_as_no_answer(
    content: str, tmp_path: Path, issuer: DevelopmentIssuer
) -> None:
    """Whatever stands where keys should stand, the service answers with a problem."""
    where = tmp_path / "jwks.json"
    where.write_text(content, "utf-8")
    verifier, _ = verifier_of(where)
    assert (await refusal(verifier, issuer.token(Role.ANALYST))).status in {401, 503}


async def test_a_private_key_in_the_issuers_set_signs_nothing_else(tmp_path: Path) -> None:
    """A symmetric key among the keys makes no HMAC token good."""
    from joserfc.jwk import OctKey

    key = OctKey.generate_key(256, {"kid": "mac"})
    where = tmp_path / "jwks.json"
    where.write_text(json.dumps({"keys": [key.as_dict(private=True)]}), "utf-8")
    verifier, _ = verifier_of(where)
    claims = {"iss": ISSUER, "sub": "s", "aud": "leefwijk", "exp": int(time.time()) + 60}
    token = jwt.encode({"alg": "HS256", "kid": "mac"}, claims | {"role": "analyst"}, key)
    assert (await refusal(verifier, token)).status in {401, 503}


def test_the_development_issuer_refuses_production(tmp_path: Path) -> None:
    """Whoever signs for anybody must not exist where it counts, and leaves no key behind."""
    with pytest.raises(NotInProductionError):
        DevelopmentIssuer(tmp_path / "issuer", Environment.PRODUCTION)
    assert not (tmp_path / "issuer").exists()


def test_the_development_issuer_keeps_its_key(tmp_path: Path) -> None:
    """A second start signs with the same key, and nobody else can read it."""
    first = DevelopmentIssuer(tmp_path)
    second = DevelopmentIssuer(tmp_path)
    assert first._key.kid == second._key.kid
    assert first._private.stat().st_mode & 0o077 == 0
    assert '"d"' not in first.jwks.read_text("utf-8")
    assert isinstance(first._key, ECKey)


def test_only_partners_are_bound_to_municipalities() -> None:
    """A partner sees its own municipalities and what lies in none; all others see everything."""
    partner = Principal(ISSUER, "s", Role.PARTNER, frozenset({"GM0106"}), "p1")
    assert partner.sees(("GM0106", "GM1731"))
    assert partner.sees(())
    assert not partner.sees(("GM1731",))
    assert Principal(ISSUER, "s", Role.RESIDENT).sees(("GM1731",))


def test_euros_and_events_are_not_for_everybody() -> None:
    """Residents read what is open; events as stored are for operation and services only."""
    readers = {role for role in Role if Principal(ISSUER, "s", role).may_read(Scope.AUDIT)}
    assert readers == {Role.OPERATOR, Role.SERVICE}
    assert not Principal(ISSUER, "s", Role.RESIDENT).may_read(Scope.INTERNAL)
