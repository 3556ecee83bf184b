"""Ask a Kafka broker whether it serves, in two raw requests of its protocol.

A full client would take longer to import than the broker to answer.
"""

import socket
import struct

_TIMEOUT = 2.0  # seconds
_METADATA = 3
_API_VERSIONS = 18
_ALL_TOPICS = struct.pack(">i", -1)
_CLIENT = b"probe"


def has_live_broker(host: str, port: int) -> bool:
    """Say whether the broker answers and the cluster counts it, or another, among the living.

    A broker answers a moment before it is let into the cluster; only then can topics be made.
    """
    try:
        with socket.create_connection((host, port), _TIMEOUT) as connection:
            connection.settimeout(_TIMEOUT)
            (error,) = struct.unpack_from(">h", _ask(connection, _API_VERSIONS, 0), 4)
            # version 1: the answer begins with the correlation id and the list of brokers
            (brokers,) = struct.unpack_from(">i", _ask(connection, _METADATA, 1, _ALL_TOPICS), 4)
    except (OSError, struct.error):
        return False
    return bool(error == 0 and brokers > 0)


def _ask(connection: socket.socket, api: int, version: int, body: bytes = b"") -> bytes:
    head = struct.pack(">hhih", api, version, 0, len(_CLIENT)) + _CLIENT
    connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
    (size,) = struct.unpack(">i", _read(connection, 4))
    return _read(connection, size)


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise ConnectionError("The broker closed the connection.")
        data += piece
    return data
