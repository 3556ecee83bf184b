"""A development issuer: signs tokens for local runs, and refuses to exist in production."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from leefwijk.service.roles import Role
from leefwijk.service.settings import Environment

ISSUER = "urn:leefwijk:development-issuer"
LIFETIME_SECONDS = 12 * 3600


class NotInProductionError(Exception):
    """The development issuer was asked for in a production setting."""


class DevelopmentIssuer:
    """An issuer whose key lies in a folder of this machine."""

    def __init__(self, folder: Path, environment: Environment = Environment.DEVELOPMENT) -> None:
        if environment is not Environment.DEVELOPMENT:
            raise NotInProductionError(
                "The development issuer signs for anybody; use the organisation's own issuer."
            )
        folder.mkdir(parents=True, exist_ok=True)
        self._private = folder / "development-issuer.json"
        self.jwks = folder / "development-jwks.json"
        self._key = self._load() if self._private.exists() else self._create()

    def token(
        self,
        role: Role | str,
        *,
        municipalities: tuple[str, ...] = (),
        partner: str | None = None,
        group: str | None = None,
        subject: str | None = None,
        audience: str = "leefwijk",
        lifetime: int = LIFETIME_SECONDS,
    ) -> str:
        """A signed access token for a role."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": subject or f"development-{Role(role).value}",
            "aud": audience,
            "iat": now,
            "exp": now + lifetime,
            "role": Role(role).value,
            "municipalities": list(municipalities),
        }
        if partner is not None:
            claims["partner"] = partner
        if group is not None:
            claims["group"] = group
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])

    def _load(self) -> ECKey:
        return ECKey.import_key(json.loads(self._private.read_text("utf-8")))

    def _create(self) -> ECKey:
        key = ECKey.generate_key("P-256", auto_kid=True)
        # written beside and moved, so that nobody reads half a key; the first of two starters wins
        draft = self._private.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
        try:
            os.link(draft, self._private)
        except FileExistsError:
            key = self._load()
        finally:
            draft.unlink()
        public = KeySet([key]).as_dict(private=False)
        self.jwks.write_text(json.dumps(public), "utf-8")
        return key
