"""One owner per folder."""

import fcntl
import os
from pathlib import Path
from typing import IO

from leefwijk.local.errors import LocalError


class FolderLock:
    """The right to use a folder, held by one process at a time; the system frees it at its end."""

    def __init__(self, folder: Path, what: str) -> None:
        self._path = folder / ".lock"
        self._what = what
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the folder, which is made if needed; taking it twice is taking it once.

        Raises LocalError when another process, or another object in this one, has it.
        """
        if self._file is not None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise LocalError(
                f"The folder {self._path.parent} cannot be written ({error.strerror}): "
                "give yourself the right to write there or choose another folder."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            file.close()
            raise LocalError(
                f"{self._what} already runs in {self._path.parent} (process {owner}): "
                f"stop it with Ctrl-C in its terminal or with `kill {owner}`."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the folder go."""
        if self._file is not None:
            self._file.close()
            self._file = None
