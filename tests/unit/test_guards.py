from __future__ import annotations

import socket

import psycopg
import pytest
from sqlalchemy import create_engine

from tests.support.guard import NetworkForbiddenError


def test_a_unit_test_cannot_reach_a_database() -> None:
    with pytest.raises(RuntimeError, match="integration test"):
        create_engine("sqlite://").connect()
    with pytest.raises(RuntimeError, match="integration test"):
        psycopg.connect("host=localhost")


def test_no_test_reaches_the_network() -> None:
    with socket.socket() as connection, pytest.raises(NetworkForbiddenError):
        connection.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkForbiddenError):
        socket.getaddrinfo("example.org", 80)


def test_loopback_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert server.getsockname()[1] > 0
