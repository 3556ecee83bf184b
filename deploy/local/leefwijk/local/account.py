"""The user a program runs under when root starts one that refuses root."""

import os
import pwd
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leefwijk.local.errors import LocalError

_UNPRIVILEGED = "nobody"  # in every distribution, so that nothing is added to the machine


@dataclass(frozen=True, kw_only=True)
class Account:
    """An unprivileged user, and the paths a program must be able to read under it."""

    uid: int
    gid: int
    reach: Sequence[Path] = ()


def unprivileged(reach: Sequence[Path]) -> Account | None:
    """Return the account to use, or none if we are not root and stay who we are."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise LocalError(
            f"PostgreSQL does not run as root and there is no user {_UNPRIVILEGED!r} to run it "
            "under: start as an ordinary user."
        ) from None
    return Account(uid=user.pw_uid, gid=user.pw_gid, reach=reach)


def give(path: Path, account: Account) -> None:
    """Give a path and all in it to the account, unless it has it already."""
    if path.stat().st_uid == account.uid:
        return
    if path.is_file():
        os.chown(path, account.uid, account.gid)
    for folder, _, files in os.walk(path, topdown=False):  # the path itself comes last: then all is
        for name in (*files, "."):
            os.chown(Path(folder) / name, account.uid, account.gid)
