"""The parts of a database's schema: folders of migrations, brought up to date by `migrate`.

They stand apart from what runs them, because every service names its own when it starts and none
of them needs Alembic then.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Migrations:
    """A folder of migrations with a version table of its own."""

    name: str
    folder: Path
    through: str = "head"
    """The last revision to apply: the newest, unless an older database is wanted."""


_HERE = Path(__file__).parent
STORE = Migrations("store", _HERE / "store" / "migrations")
CONSUME = Migrations("consume", _HERE / "consume" / "migrations")
