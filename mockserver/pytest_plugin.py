"""pytest fixtures: `callpark_mock`, a session of a mock that is yours alone for one test.

`--callpark-mock` says where the mock is: `port` (the default) serves it on a free port of this process, `in-process`
answers without any port, and a URL names one that runs elsewhere.  Under `callpark mock -- pytest` it is that one.
The marker `callpark` sets the session up: `@pytest.mark.callpark(scenario="busy-lobby", clock="manual", seed=7)`.

pytest loads this module in every run of everybody who has the package installed, so that nothing of weight is
imported before a fixture is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import httpx

    from mockserver.serving.in_process import InProcess

IN_PROCESS = "in-process"
PORT = "port"
_HOST = "http://127.0.0.1"


def pytest_addoption(parser: pytest.Parser) -> None:
    where = f"where callpark_mock is: {IN_PROCESS}, {PORT}, or a URL"
    parser.getgroup("callpark").addoption("--callpark-mock", metavar="WHERE", help=where)
    parser.addini("callpark_mock", where)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "callpark(scenario, clock, start, seed): set up the session of callpark_mock"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallparkMock:
    """One session of a running mock.  `url` is its origin, `token` the first user's bearer token.

    In process nothing listens at `url`; `client` and `async_client` get there all the same.
    """

    url: str
    session: str
    user: str = "12"
    _control_client: httpx.Client = field(repr=False)
    _transport: InProcess | None = field(default=None, repr=False)

    @property
    def token(self) -> str:
        return self.token_of(self.user)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def token_of(self, user: str) -> str:
        return f"mock.{self.session}.{user}"

    def client(self, **settings: Any) -> httpx.Client:
        """A httpx client of the vendor's API as the first user; `settings` are httpx's and win."""
        import httpx

        return httpx.Client(**self._settings(settings))

    def async_client(self, **settings: Any) -> httpx.AsyncClient:
        import httpx

        return httpx.AsyncClient(**self._settings(settings))

    def state(self, name: str, **params: Any) -> list[dict[str, str]]:
        """Bring about `parked`, `talking`, `default` or `empty`; return the calls: userId, phoneCallId, ..."""
        answer = self.control("POST", "states", {"action": "setup", "state": name, "params": params})
        calls: list[dict[str, str]] = answer["calls"]
        return calls

    def reset(self) -> list[dict[str, str]]:
        """Back to the scenario; return its parked calls."""
        calls: list[dict[str, str]] = self.control("POST", "reset")["calls"]
        return calls

    def scenario(self, name: str | None = None, *, yaml: str | None = None) -> list[dict[str, str]]:
        """Begin again in a scenario of the kit's or, in YAML, of your own; return its parked calls."""
        wanted = {"name": name} if yaml is None else {"yaml": yaml}
        calls: list[dict[str, str]] = self.control("PUT", "scenario", wanted)["calls"]
        return calls

    def clock(self, mode: str) -> dict[str, Any]:
        """`manual`, `real`, or a speed such as `x60`."""
        return self.control("PUT", "clock", {"mode": mode})

    def advance(self, seconds: float | None = None, *, until: str | None = None) -> list[dict[str, Any]]:
        """Jump ahead by seconds, until an event of a kind, or to whatever is next; return the events that fired."""
        wanted: dict[str, Any] = {"seconds": seconds} if seconds is not None else {"to": "next"}
        if until is not None:
            wanted = {"until": until}
        events: list[dict[str, Any]] = self.control("POST", "clock/advance", wanted)["events"]
        return events

    def world(self) -> dict[str, Any]:
        """Calls, lot and clock as they are now."""
        return self.control("GET", "state")

    def wait_until_waiting(self, requests: int = 1, *, within: float = 10.0) -> None:
        """Return once so many requests wait for a phone or for the clock; raise TimeoutError after real seconds."""
        end = monotonic() + within
        while (waiting := self.world()["waiting"]) != requests:
            if monotonic() > end:
                raise TimeoutError(f"{waiting} requests wait, not {requests}")
            sleep(0.005)

    def control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """What the control plane answers; raise httpx.HTTPStatusError if it refuses."""
        session = {"X-Callpark-Session": self.session}
        answer = self._control_client.request(method, f"/_mock/{path}", json=body, headers=session)
        answer.raise_for_status()
        content: dict[str, Any] = answer.json() if answer.content else {}
        return content

    def _settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {"base_url": self.url, "trust_env": False, "transport": self._transport}
        return {**own, **settings, "headers": {**self.headers, **settings.get("headers", {})}}


@pytest.fixture(scope="session")
def callpark_mock_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """Where a mock answers: the one that was named, else one in the background of this process on a free port."""
    where = _where(pytestconfig)
    if where not in (IN_PROCESS, PORT):
        yield where
        return
    from mockserver.app import build
    from mockserver.serving.server import running

    with running(build()) as url:
        yield url


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """`names` are of sessions that no other worker or run uses, also against one shared server."""

    url: str
    control_client: httpx.Client
    transport: InProcess | None
    names: Iterator[str]


@pytest.fixture(scope="session")
def _callpark_place(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[_Place]:
    import httpx

    with ExitStack() as stack:
        transport = None
        if _where(pytestconfig) == IN_PROCESS:
            from mockserver.app import build
            from mockserver.serving.in_process import InProcess

            transport = InProcess(build())
            stack.callback(transport.stop)
        url = request.getfixturevalue("callpark_mock_url") if transport is None else _HOST
        token = os.environ.get("CALLPARK_CONTROL_TOKEN")
        headers = {"X-Callpark-Control-Token": token} if token else {}
        client = httpx.Client(base_url=url, transport=transport, headers=headers, trust_env=False)
        run = uuid4().hex[:12]
        yield _Place(
            url=url,
            control_client=stack.enter_context(client),
            transport=transport,
            names=(f"test-{run}-{number}" for number in count(1)),
        )


@pytest.fixture
def callpark_mock(_callpark_place: _Place, request: pytest.FixtureRequest) -> Iterator[CallparkMock]:
    """A session of your own, which nobody else can touch and which is forgotten afterwards."""
    place = _callpark_place
    mock = CallparkMock(
        url=place.url,
        session=next(place.names),
        _control_client=place.control_client,
        _transport=place.transport,
    )
    setup: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("callpark"))):
        setup |= marker.kwargs
    if "scenario" in setup:
        setup["scenario"] = {"name": setup["scenario"]}
    made = place.control_client.post("/_mock/sessions", json={"session": mock.session, **setup})
    if made.is_error:
        raise pytest.UsageError(f"callpark: {made.json()['error']['message']}")
    yield mock
    place.control_client.delete(f"/_mock/sessions/{mock.session}")


def _where(config: pytest.Config) -> str:
    named: str | None = (
        config.getoption("--callpark-mock")
        or config.getini("callpark_mock")
        or os.environ.get("CALLPARK_URL")
    )
    return (named or PORT).rstrip("/")
