"""What the fixture `callpark_mock` gives a test: one session of a mock, and all that can be done to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from mockserver.serving.in_process import InProcess


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the mock is. `names` are of sessions that no other worker or run uses, also against one shared server."""

    url: str
    control_client: httpx.Client
    transport: InProcess | None
    names: Iterator[str]
