"""The words of stories: encrypted at rest, each with a key of its own that can be destroyed."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

NONCE = 12
KEY = 32

_KEEP = text("""
insert into story_words (story_id, wrapped_key, sealed) values (:story, :wrapped, :sealed)
on conflict (story_id) do update set wrapped_key = excluded.wrapped_key, sealed = excluded.sealed
""")
_READ = text("select wrapped_key, sealed from story_words where story_id = :story")
_DESTROY = text("delete from story_words where story_id = :story")


class BadKeyError(ValueError):
    """The key-encryption key is no 32 bytes in base64."""


class Words:
    """Keeps words sealed with AES-GCM, each under a key that the one from settings wraps."""

    def __init__(self, engine: AsyncEngine, key_encryption_key: str) -> None:
        try:
            raw = base64.b64decode(key_encryption_key, validate=True)
        except binascii.Error as error:
            raise BadKeyError("LEEFWIJK_KEY_ENCRYPTION_KEY is no base64") from error
        if len(raw) != KEY:
            raise BadKeyError(f"LEEFWIJK_KEY_ENCRYPTION_KEY holds {len(raw)} bytes, not {KEY}")
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._wrapping = AESGCM(raw)

    async def keep(self, story: str, words: str) -> None:
        """Keep the words; the same story again replaces them."""
        key = AESGCM.generate_key(bit_length=KEY * 8)
        sealed = _seal(AESGCM(key), words.encode(), story)
        wrapped = _seal(self._wrapping, key, story)
        async with self._engine.connect() as connection:
            await connection.execute(_KEEP, {"story": story, "wrapped": wrapped, "sealed": sealed})

    async def read(self, story: str) -> str | None:
        """The words, or none if they were destroyed. Raises BadKeyError under another key."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(_READ, {"story": story})).one_or_none()
        if row is None:
            return None
        try:
            key = _open(self._wrapping, row.wrapped_key, story)
        except InvalidTag as error:
            raise BadKeyError("the words were sealed under another key-encryption key") from error
        return _open(AESGCM(key), row.sealed, story).decode()

    async def destroy(self, story: str) -> None:
        """Destroy words and key."""
        async with self._engine.connect() as connection:
            await connection.execute(_DESTROY, {"story": story})


def _seal(cipher: AESGCM, content: bytes, story: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, content, story.encode())


def _open(cipher: AESGCM, sealed: bytes, story: str) -> bytes:
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], story.encode())
