"""Tokens that no service may take, each forged or spoiled in one way."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from leefwijk.service.issuer import ISSUER, DevelopmentIssuer
from leefwijk.service.roles import Role

ATTACKER = ECKey.generate_key("P-256", {"kid": "attacker"})


def part(value: Any) -> str:
    """A part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(of: Role, /, **changed: Any) -> dict[str, Any]:
    """Claims as a good token has them, but for what is changed; `...` leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "sub": "somebody",
        "aud": "leefwijk",
        "iat": now,
        "exp": now + 600,
        "role": of.value,
        "municipalities": ["GM0106"],
        "partner": "partner-of-assen",
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not ...}


def hostile(issuer: DevelopmentIssuer, role: Role) -> dict[str, str | None]:
    """Authorization headers by what is wrong with them; none: no header at all."""
    key = issuer._key
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    public = key.as_pem(private=False)

    def signed(by: Any = key, head: dict[str, Any] | None = None, **changed: Any) -> str:
        return jwt.encode({**header, **(head or {})}, claims(role, **changed), by)

    def mac(secret: bytes) -> str:
        head = {"alg": "HS256", "kid": key.kid, "typ": "at+jwt"}
        content = f"{part(head)}.{part(claims(role))}"
        return f"{content}.{part(hmac.digest(secret, content.encode(), 'sha256'))}"

    def unsigned(head: Any, signature: str = "") -> str:
        return f"{part(head)}.{part(claims(role))}.{signature}"

    now = int(time.time())
    good = signed()
    deep, huge, broken = b"[" * 5500, b'{"alg":' + b"9" * 5000 + b"}", b"{"
    tokens = {
        "expired": signed(exp=now - 60),
        "without an end": signed(exp=...),
        "an end that is no number": signed(exp="tomorrow"),
        "not valid yet": signed(nbf=now + 600),
        "another audience": signed(aud="somebody-else"),
        "other audiences": signed(aud=["a", "b"]),
        "an audience that is a number": signed(aud=5),
        "no audience": signed(aud=...),
        "another issuer": signed(iss="https://evil.example"),
        "no issuer": signed(iss=...),
        "no subject": signed(sub=...),
        "an empty subject": signed(sub=""),
        "a subject with a NUL": signed(sub="a\0b"),
        "no role": signed(role=...),
        "an unknown role": signed(role="emperor"),
        "a role that is a list": signed(role=["analyst"]),
        "a partner without municipalities": signed(role="partner", municipalities=[]),
        "a partner with a word for municipalities": signed(role="partner", municipalities=7),
        "a partner without its id": signed(role="partner", partner=...),
        "an ID token": signed(head={"typ": "id+jwt"}),
        "a logout token": signed(head={"typ": "logout+jwt"}),
        "an ID token by its claim": signed(typ="ID"),
        "a refresh token by its claim": signed(typ="Refresh"),
        "alg none": unsigned({"alg": "none"}),
        "alg None with the key's name": unsigned({"alg": "None", "kid": key.kid}),
        "HS256 with the public key": mac(public),
        "HS256 with the public key as JSON": mac(json.dumps(key.as_dict(private=False)).encode()),
        "an unknown key": signed(ATTACKER, {"kid": "attacker"}),
        "another key under the known name": signed(ATTACKER),
        "another key without a name": jwt.encode({"alg": "ES256"}, claims(role), ATTACKER),
        "a key of its own": signed(ATTACKER, {"jwk": ATTACKER.as_dict(private=False)}),
        "keys from elsewhere": signed(
            ATTACKER, {"kid": "attacker", "jku": "https://evil.example/jwks.json"}
        ),
        "a certificate from elsewhere": signed(ATTACKER, {"x5u": "https://evil.example/c.pem"}),
        "a kid that is a path": unsigned({"alg": "ES256", "kid": "../../../dev/null"}, "AAAA"),
        "a kid that is an object": unsigned({"alg": "ES256", "kid": {"a": 1}}, "AAAA"),
        "a header that is a list": unsigned([1], "AAAA"),
        "a header nested deeply": f"{part(deep)}.e30.AAAA",
        "a huge number in the header": f"{part(huge)}.e30.AAAA",
        "no JSON": f"{part(broken)}.e30.AAAA",
        "bad UTF-8": f"{part(bytes([0xFF, 0xFE]))}.e30.AAAA",
        "one part": "abc",
        "two parts": ".".join(good.split(".")[:2]),
        "four parts": f"{good}.AAAA",
        "five parts": "a.b.c.d.e",
        "no signature": good.rsplit(".", 1)[0] + ".",
        "another's signature": good.rsplit(".", 1)[0] + "." + signed(sub="x").rsplit(".", 1)[1],
        "changed claims": ".".join([good.split(".")[0], part(claims(role)), good.split(".")[2]]),
        "oversized": signed(padding="x" * 9000),
    }
    headers: dict[str, str | None] = {name: f"Bearer {token}" for name, token in tokens.items()}
    headers |= {
        "nothing": None,
        "an empty header": "",
        "another scheme": "Basic YTpi",
        "no token": "Bearer",
        "a blank token": "Bearer  ",
        "two tokens": f"Bearer {good} {good}",
        "a token without its scheme": good,
    }
    return headers
