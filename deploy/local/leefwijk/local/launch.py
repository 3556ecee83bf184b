"""Run a program that ends with its parent, if asked under another user.

Started as a script by `processes.spawn`, in the child, before the program itself: what must happen
between fork and exec happens here, in a process with one thread, instead of in a `preexec_fn`.

    launch.py '{"parent": 12, "uid": 65534, "gid": 65534, "reach": ["/data"]}' program argument ...

`parent` is the process whose end ends the program (0: none), `reach` the paths the user must be
able to read. Standard library only, because it runs isolated from site-packages.
"""

import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

CANNOT_START = 126


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _become(uid: int, gid: int, reach: list[str]) -> None:
    """Give root up for good.

    A user that cannot enter, say, /root keeps the single capability to pass by file permissions
    instead: the alternative would be to open that folder to everybody on the machine.
    """
    libc = _libc()
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if all(os.access(path, os.R_OK) for path in reach):
        return  # exec drops every capability that was kept
    bit = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable
    libc.capset(header, sets)
    if libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0) != 0:
        sys.exit(
            f"User {uid} cannot read {reach[0]}: move the folder to a place "
            "that every user may enter, or run as an ordinary user."
        )


def _end_with(parent: int) -> None:
    # after the change of user, because that change takes the wish away
    _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("The parent has ended already.")


def main() -> None:
    """Do what the options say, then become the program."""
    options, program = json.loads(sys.argv[1]), sys.argv[2:]
    try:
        if options["uid"] is not None:
            _become(options["uid"], options["gid"], options["reach"])
        if options["parent"] and sys.platform == "linux":
            _end_with(options["parent"])
        os.execvp(program[0], program)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"{program[0]} cannot be started: {error}.\n")
        sys.exit(CANNOT_START)


if __name__ == "__main__":
    main()
