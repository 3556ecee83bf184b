import os
import socket
from collections.abc import Iterator

import pytest

from leefwijk.local import LocalError, free_port, free_ports, is_taken, require_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    port = free_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield port


def test_free_ports_are_different_and_free() -> None:
    """Ports that are asked for together differ, and nothing listens on them."""
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert not any(is_taken(port) for port in ports)


def test_free_ports_are_never_those_of_outgoing_connections() -> None:
    """A client that keeps trying to reach a stopped server cannot get the server's own port."""
    assert max(free_ports(50)) < 32_768


def test_a_free_port_is_accepted() -> None:
    """A port that nothing listens on raises nothing."""
    require_free(free_port(), "monitoring")


def test_a_taken_port_is_named_with_its_purpose_and_holder(taken: int) -> None:
    """The refusal names the port, what it is for, who has it and what to do."""
    assert is_taken(taken)
    with pytest.raises(LocalError) as refusal:
        require_free(taken, "monitoring")
    told = str(refusal.value)
    assert f"Port {taken}, needed for monitoring, is in use by process {os.getpid()}" in told
    assert "choose another port" in told


def test_a_port_whose_server_has_just_stopped_is_free() -> None:
    """Connections that linger after a server stopped do not keep its port."""
    port = free_port()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = listener.accept()
        accepted.close()  # first, so that the lingering is on the server's side
        client.close()
    assert not is_taken(port)
