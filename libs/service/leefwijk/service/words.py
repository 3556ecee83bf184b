"""Words that stand in no event: encrypted at rest, each with a key of its own to be destroyed."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from leefwijk.service.settings import SettingsError

NONCE = 12
KEY = 32


class BadKeyError(ValueError):
    """The key-encryption key is no 32 bytes in base64."""


class Words:
    """Keeps words sealed with AES-GCM, each under a key that the one from settings wraps.

    The table has the columns `wrapped_key`, `sealed` and the id of what the words belong to.
    """

    def __init__(
        self, engine: AsyncEngine, key_encryption_key: str, *, table: str, id_column: str
    ) -> None:
        try:
            raw = base64.b64decode(key_encryption_key, validate=True)
        except binascii.Error as error:
            raise BadKeyError("LEEFWIJK_KEY_ENCRYPTION_KEY is no base64") from error
        if len(raw) != KEY:
            raise BadKeyError(f"LEEFWIJK_KEY_ENCRYPTION_KEY holds {len(raw)} bytes, not {KEY}")
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._wrapping = AESGCM(raw)
        self._keep = text(
            f"insert into {table} ({id_column}, wrapped_key, sealed) "
            "values (:id, :wrapped, :sealed) "
            f"on conflict ({id_column}) do update "
            "set wrapped_key = excluded.wrapped_key, sealed = excluded.sealed"
        )
        self._read = text(f"select wrapped_key, sealed from {table} where {id_column} = :id")
        self._destroy = text(f"delete from {table} where {id_column} = :id")

    async def keep(self, id_: str, words: str) -> None:
        """Keep the words; the same id again replaces them."""
        key = AESGCM.generate_key(bit_length=KEY * 8)
        sealed = _seal(AESGCM(key), words.encode(), id_)
        wrapped = _seal(self._wrapping, key, id_)
        async with self._engine.connect() as connection:
            await connection.execute(self._keep, {"id": id_, "wrapped": wrapped, "sealed": sealed})

    async def read(self, id_: str) -> str | None:
        """The words, or none if they were destroyed. Raises BadKeyError under another key."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(self._read, {"id": id_})).one_or_none()
        if row is None:
            return None
        try:
            key = _open(self._wrapping, row.wrapped_key, id_)
        except InvalidTag as error:
            raise BadKeyError("the words were sealed under another key-encryption key") from error
        return _open(AESGCM(key), row.sealed, id_).decode()

    async def destroy(self, id_: str) -> None:
        """Destroy words and key."""
        async with self._engine.connect() as connection:
            await connection.execute(self._destroy, {"id": id_})


def words_of(engine: AsyncEngine, key: SecretStr | None, *, table: str, id_column: str) -> Words:
    """The words of a service, by its settings. Raises SettingsError."""
    if key is None:
        raise SettingsError("LEEFWIJK_KEY_ENCRYPTION_KEY: missing")
    try:
        return Words(engine, key.get_secret_value(), table=table, id_column=id_column)
    except BadKeyError as error:
        raise SettingsError(str(error)) from error


def _seal(cipher: AESGCM, content: bytes, id_: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, content, id_.encode())


def _open(cipher: AESGCM, sealed: bytes, id_: str) -> bytes:
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], id_.encode())
