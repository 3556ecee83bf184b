"""Looking for unreachable objects without standing still."""

from __future__ import annotations

import gc

LOOK_EVERY = 20_000
"""New objects between two looks; with Python's 700 a tenth of a command's time went there."""


JOB_LOOKS_EVERY = 200_000


def settle_for_a_job() -> None:
    """As `settle`, for a process that keeps much of what it makes and soon ends.

    A rebuild knows tens of thousands of streams; going through them again and again took a third
    of its time, and what it drops is freed without any look.
    """
    settle()
    gc.set_threshold(JOB_LOOKS_EVERY, 50, 1000)


def settle() -> None:
    """Leave what was built at the start of a process out of every later look.

    Modules, models and routes are hundreds of thousands of objects that live as long as the
    process; going through them stopped everything for tens of milliseconds at a time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOK_EVERY, 10, 10)
