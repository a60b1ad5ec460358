"""No test reaches beyond this machine: a hook in the interpreter refuses to connect or look up."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

LOCAL_NAMES = frozenset({"", "localhost", "0.0.0.0", "::"})  # noqa: S104  (names that stay here, nothing is bound)


class NetworkForbiddenError(RuntimeError):
    """A test tried to reach the network."""


def is_local(host: Any) -> bool:
    """Tell whether a host is this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def stay_here() -> None:
    """Watch every connection of this process from now on; cannot be undone, nor need it be."""
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            raise NetworkForbiddenError(f"a test may not connect to {address[0]}")
    elif event == "socket.getaddrinfo" and not is_local(args[0]):
        raise NetworkForbiddenError(f"a test may not look up {args[0]}")
