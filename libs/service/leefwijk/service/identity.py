"""Who calls: OIDC bearer tokens, checked against one issuer and its keys.

NL GOV assurance profile: the token in the header only, the audience checked, algorithms and issuer
by allow-list, keys from the configured place only.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from leefwijk.service.problems import Problem
from leefwijk.service.roles import MAY_READ, Role, Scope

ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY_SECONDS = 30
LARGEST_TOKEN = 8192
ASK_KEYS_AGAIN_SECONDS = 30
ASK_FIRST_KEYS_AGAIN_SECONDS = 1
KEYS_LIVE_SECONDS = 600


@dataclass(frozen=True)
class Principal:
    """The caller, as the token says."""

    issuer: str
    subject: str
    role: Role
    municipalities: frozenset[str] = frozenset()
    partner: str | None = None
    group: str | None = None
    """Opaque reference of the group that a resident's token speaks for."""

    @property
    def key(self) -> str:
        """What tells callers apart, for their idempotency keys."""
        return f"{self.issuer}|{self.subject}"

    @property
    def inside(self) -> bool:
        """Whether it is of the corporation itself, and may read what stays inside it."""
        return self.role is not Role.PARTNER and self.may_read(Scope.INTERNAL)

    def may_read(self, scope: Scope) -> bool:
        """Whether the role may read this."""
        return scope in MAY_READ[self.role]

    def sees(self, municipalities: frozenset[str] | set[str] | tuple[str, ...]) -> bool:
        """Whether it may see what concerns these municipalities; only partners are bound."""
        if self.role is not Role.PARTNER or not municipalities:
            return True
        return bool(self.municipalities & set(municipalities))


def _unauthorized(detail: str) -> Problem:
    return Problem(
        "unauthorized",
        detail,
        status=401,
        headers={"WWW-Authenticate": 'Bearer realm="leefwijk"'},
    )


@dataclass
class Keys:
    """The issuer's public keys, from a file or an https address, asked again when they rotate.

    While the issuer cannot be reached the known keys stay good, for ten minutes; then nothing does.
    """

    where: str
    monotonic: Callable[[], float] = time.monotonic
    _keys: KeySet | None = None
    _read_at: float = 0.0
    _asked_at: float | None = None
    """When the keys were asked for, with or without an answer."""
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, kid: str | None) -> KeySet:
        """The key set; read anew if it is old or does not hold this key."""
        age = self.monotonic() - self._read_at
        if self._keys is None or age > KEYS_LIVE_SECONDS / 2 or not self._holds(kid):
            async with self._one_at_a_time:
                if self._may_ask():
                    self._asked_at = self.monotonic()
                    await self._read()
        if self._keys is None or self.monotonic() - self._read_at > KEYS_LIVE_SECONDS:
            raise Problem("identity-unavailable", "The issuer's keys cannot be read.", status=503)
        return self._keys

    def _may_ask(self) -> bool:
        """Not at once after the last time: requests would queue behind an issuer that is away."""
        pause = ASK_FIRST_KEYS_AGAIN_SECONDS if self._keys is None else ASK_KEYS_AGAIN_SECONDS
        return self._asked_at is None or self.monotonic() - self._asked_at > pause

    def _holds(self, kid: str | None) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    async def _read(self) -> None:
        try:
            if self.where.startswith("https://"):
                async with httpx.AsyncClient(timeout=3) as client:
                    answer = await client.get(self.where)
                    answer.raise_for_status()
                    raw = answer.json()
            else:
                raw = json.loads(await asyncio.to_thread(Path(self.where).read_text, "utf-8"))
            self._keys = KeySet.import_key_set(raw)
            self._read_at = self.monotonic()
        except (httpx.HTTPError, OSError, ValueError, TypeError, LookupError, JoseError):
            return


@dataclass
class Verifier:
    """Checks tokens of one issuer for one audience."""

    issuer: str
    audience: str
    keys: Keys
    clock: Callable[[], float] = time.time
    _seen: dict[str, tuple[float, Principal]] = field(default_factory=dict)

    async def verify(self, authorization: str | None) -> Principal:
        """The caller behind an Authorization header. Raises a 401 problem."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("Send a bearer token in the Authorization header.")
        if len(token) > LARGEST_TOKEN:
            raise _unauthorized("The token is too large.")
        known = self._seen.get(token)
        if known is not None and known[0] > self.clock():
            return known[1]
        claims = await self._claims(token)
        principal = self._principal(claims)
        if len(self._seen) > 4096:  # noqa: PLR2004 - a bound, not a tuning
            self._seen.clear()
        # half a minute at most: a rotated key must not live on in here
        self._seen[token] = (min(claims["exp"], self.clock() + LEEWAY_SECONDS), principal)
        return principal

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt_header(token)
            keys = await self.keys.get(header.get("kid"))
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unauthorized("The token is not signed by the issuer.") from error
        now = self.clock()
        audience = claims.get("aud")
        faults = [
            said
            for wrong, said in (
                (claims.get("iss") != self.issuer, "another issuer"),
                (
                    self.audience not in (audience if isinstance(audience, list) else [audience]),
                    "another audience",
                ),
                (
                    not isinstance(claims.get("exp"), (int, float))
                    or claims["exp"] + LEEWAY_SECONDS < now,
                    "expired",
                ),
                (
                    isinstance(claims.get("nbf"), (int, float))
                    and claims["nbf"] - LEEWAY_SECONDS > now,
                    "not valid yet",
                ),
                (not _is_subject(claims.get("sub")), "no subject"),
                (not _is_access_token(header, claims), "no access token"),
            )
            if wrong
        ]
        if faults:
            raise _unauthorized(f"The token is not good here: {', '.join(faults)}.")
        return claims

    def _principal(self, claims: dict[str, Any]) -> Principal:
        try:
            role = Role(claims.get("role", ""))
        except ValueError as error:
            raise _unauthorized("The token names no role of the platform.") from error
        given = claims.get("municipalities")
        municipalities = frozenset(map(str, given if isinstance(given, list) else ()))
        partner = claims.get("partner")
        if role is Role.PARTNER and not (municipalities and isinstance(partner, str) and partner):
            raise _unauthorized("A partner's token names the partner and its municipalities.")
        group = claims.get("group") if role is Role.RESIDENT else None
        return Principal(
            claims["iss"],
            claims["sub"],
            role,
            municipalities,
            partner,
            group if isinstance(group, str) else None,
        )


def _is_subject(subject: object) -> bool:
    # PostgreSQL keeps no NUL, and the subject is kept to give the caller its number
    return isinstance(subject, str) and bool(subject) and "\0" not in subject


def _is_access_token(header: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Neither the header nor, as some issuers write it, the claims name another kind of token."""
    kind, use = str(header.get("typ", "at+jwt")), str(claims.get("typ", "Bearer"))
    return kind.lower() in {"at+jwt", "application/at+jwt", "jwt"} and use.lower() == "bearer"


def jwt_header(token: str) -> dict[str, Any]:
    """The unchecked header of a token, to find its key. Raises ValueError."""
    first = token.split(".", 1)[0]
    header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    if not isinstance(header, dict):
        raise ValueError("the header is no object")  # noqa: TRY004 - a value of the caller
    return header
