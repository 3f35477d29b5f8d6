"""The addresses behind a host's name, within a time: the system's resolver itself knows no bound."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread

import httpcore


def addresses(host: str, port: int, timeout: float | None) -> list[str]:
    """The addresses of a host, in the order in which to try them; of one that is an address, itself.

    A resolver that takes more than `timeout` seconds is left to itself. Raises `httpcore.ConnectTimeout` then, and
    `httpcore.ConnectError` for a name that there is not.
    """
    if _is_address(host):
        return [host]
    found: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(address[0]) for *_, address in known)))
        except (OSError, UnicodeError) as error:
            found.put(error if isinstance(error, OSError) else OSError(str(error)))

    Thread(target=look_up, name=f"address of {host}", daemon=True).start()
    try:
        answer = found.get(timeout=timeout)
    except Empty:
        raise httpcore.ConnectTimeout(
            f"the name {host} was not resolved within {timeout:g} seconds"
        ) from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(str(answer)) from answer
    return answer


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
