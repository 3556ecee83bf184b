"""Ports on the loopback address."""

import random
import socket

import psutil

from leefwijk.local.errors import LocalError

HOST = "127.0.0.1"
# Below the range the system takes the ports of outgoing connections from: a client that tries to
# reach a stopped server again and again could otherwise get the server's port, and meet itself.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200


def is_taken(port: int) -> bool:
    """Say whether something listens on this port of this machine."""
    with socket.socket() as probe:
        # without it the closed connections of a server that just stopped would count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def free_port() -> int:
    """Return a port that nothing listens on."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return as many different ports that nothing listens on."""
    found: list[int] = []
    dice = random.SystemRandom()  # tests that fix the seed would all ask for the same port
    for _ in range(_ATTEMPTS):
        if len(found) == count:
            return found
        port = dice.choice(_RANGE)
        if port not in found and not is_taken(port):
            found.append(port)
    raise LocalError(
        f"No {count} free ports were found between {_RANGE.start} and {_RANGE.stop}: "
        "stop programs that listen there."
    )


def require_free(port: int, purpose: str) -> None:
    """Raise LocalError if the port this purpose needs is in use, naming who has it if known."""
    if is_taken(port):
        raise LocalError(
            f"Port {port}, needed for {purpose}, is in use{_holder(port)}: "
            "stop the program that has it or choose another port."
        )


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass  # other users' processes are not ours to see on every system
    return ""
