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
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from mockserver.callpark_mock import CallparkMock, Place

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


@pytest.fixture(scope="session")
def _callpark_place(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Place]:
    import httpx

    from mockserver.callpark_mock import Place

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
        yield Place(
            url=url,
            control_client=stack.enter_context(client),
            transport=transport,
            names=(f"test-{run}-{number}" for number in count(1)),
        )


@pytest.fixture
def callpark_mock(_callpark_place: Place, request: pytest.FixtureRequest) -> Iterator[CallparkMock]:
    """A session of your own, which nobody else can touch and which is forgotten afterwards."""
    from mockserver.callpark_mock import CallparkMock

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
