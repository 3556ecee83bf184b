"""Tokens of a panel: they prove themselves, so nothing that leads to one is kept.

A token is its batch, 64 random bits and a mark of 64 bits that only the service's secret makes for
this panel. Its voice is named by another keyed hash; without the secret neither leads back to it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

_TOKEN = re.compile(r"(?P<batch>[1-9][0-9]{0,5})-(?P<random>[0-9a-f]{16})-(?P<mark>[0-9a-f]{16})")


@dataclass(frozen=True)
class TokenMaker:
    """Makes and knows tokens, by a secret of the service."""

    secret: bytes

    def make(self, panel: str, batch: str) -> str:
        """A new token of a batch."""
        random = secrets.token_hex(8)
        return f"{batch}-{random}-{self._mark(panel, batch, random)}"

    def batch_of(self, panel: str, token: str) -> str | None:
        """The batch of a token that was made for this panel; none for any other text."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return None
        mark = self._mark(panel, found["batch"], found["random"])
        return found["batch"] if hmac.compare_digest(mark, found["mark"]) else None

    def voice(self, panel: str, token: str) -> str:
        """The name of the stream of a token's wish."""
        return self._hash("voice", panel, token)

    def receipt(self, voice: str, version: int) -> str:
        """What a resident gets for a wish: the same for the same wish sent again."""
        return self._hash("receipt", voice, str(version))

    def request(self, voice: str, text: str) -> str:
        """A key or body of a resident's request, so that neither is found in what is kept."""
        return self._hash("request", voice, text)

    def _mark(self, panel: str, batch: str, random: str) -> str:
        return self._hash("mark", panel, batch, random)[:16]

    def _hash(self, *parts: str) -> str:
        content = "\0".join(parts).encode()
        return hmac.new(self.secret, content, hashlib.sha256).hexdigest()[:32]
