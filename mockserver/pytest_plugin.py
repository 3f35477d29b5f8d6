"""pytest fixtures: `callpark_mock`, a mock that is yours alone for one test.

pytest loads this module in every run of everybody who has the package installed, so that nothing of weight is
imported before a fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class CallparkMock:
    """One session of a running mock.  `url` is its origin, `token` the first user's bearer token."""

    url: str
    session: str
    user: str = "12"

    @property
    def token(self) -> str:
        return self.token_of(self.user)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def token_of(self, user: str) -> str:
        return f"mock.{self.session}.{user}"

    def state(self, name: str, **params: Any) -> list[dict[str, str]]:
        """Bring about `parked`, `talking` or `default`; return the calls: userId, extension, phoneCallId, ..."""
        answer = self._control("POST", "states", {"action": "setup", "state": name, "params": params})
        calls: list[dict[str, str]] = answer["calls"]
        return calls

    def reset(self) -> list[dict[str, str]]:
        """Back to the scenario; return its parked calls."""
        calls: list[dict[str, str]] = self._control("POST", "reset")["calls"]
        return calls

    def advance(self, seconds: float) -> list[dict[str, Any]]:
        """Jump ahead; return the events that fired."""
        events: list[dict[str, Any]] = self._control("POST", "clock/advance", {"seconds": seconds})["events"]
        return events

    def world(self) -> dict[str, Any]:
        """Calls, lot and clock as they are now."""
        return self._control("GET", "state")

    def _control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        import httpx

        answer = httpx.request(
            method,
            f"{self.url}/_mock/{path}",
            json=body,
            headers={"X-Callpark-Session": self.session},
            trust_env=False,
        )
        answer.raise_for_status()
        content: dict[str, Any] = answer.json()
        return content


@pytest.fixture(scope="session")
def callpark_mock_url() -> Iterator[str]:
    """A mock in the background of this process, on a free port of the loopback address."""
    from mockserver.app import build
    from mockserver.serving import running

    with running(build()) as url:
        yield url


@pytest.fixture(scope="session")
def _callpark_sessions() -> Iterator[str]:
    """Names that no other worker or run uses, also against one shared server."""
    run = uuid4().hex[:12]
    return (f"test-{run}-{number}" for number in count(1))


@pytest.fixture
def callpark_mock(callpark_mock_url: str, _callpark_sessions: Iterator[str]) -> CallparkMock:
    """A session of your own: the documented call is parked, and nobody else can touch it."""
    return CallparkMock(url=callpark_mock_url, session=next(_callpark_sessions))
