"""How one mock is set up."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mockserver.connection.client_limits import ClientLimits
from mockserver.policy import Policy
from mockserver.scenarios.scenario import DEFAULT_SCENARIO
from mockserver.sessions.sessions import DEFAULT_IDLE_SECONDS, DEFAULT_LIMIT, DEFAULT_MOST_BYTES
from mockserver.store.opening import MEMORY
from mockserver.wire_faults.fault import Distribution

if TYPE_CHECKING:
    from mockserver.defect import Defect

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class UnsafeSettingsError(ValueError):
    """The control plane would be open to the network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`scenario` is a bundled name or a path; `clock` is real, manual or x60; `host` is where it will listen.

    `start` is the epoch second at which every session begins; None means the system's time for a clock that runs,
    and the moment of the page's example for one that stands still.

    Sessions are made on first use, or with `strict_sessions` only through the control plane; at most
    `session_limit` of them, each until nobody has used it for `session_max_idle` real seconds.  What all of them keep
    together takes at most `most_bytes`.
    `variants` are names, applied to `policy` from left to right.
    `delay` lies before every answer, on its session's clock.
    `cors_origins` come on top of every loopback origin; `cors` False removes CORS altogether.
    `token_lifetime` is how many seconds of a session's clock the tokens of the token endpoint are good for.
    `store` is where sessions are kept: memory, the path of a file, or the URL of a Redis server.
    `fast_path` False sends every request the whole way through connexion.
    `limits` is what one client may take; they hold where the mock is served on a port.
    Bound to anything but loopback, the control plane needs a token: building without one is refused.
    """

    scenario: str = DEFAULT_SCENARIO
    clock: str = "real"
    start: float | None = None
    seed: int = 0
    policy: Policy = field(default_factory=Policy)
    variants: tuple[str, ...] = ()
    defect: "Defect | None" = None
    cors: bool = True
    cors_origins: tuple[str, ...] = ()
    delay: Distribution | None = None
    host: str = "127.0.0.1"
    control_token: str | None = None
    session_limit: int = DEFAULT_LIMIT
    session_max_idle: float = DEFAULT_IDLE_SECONDS
    most_bytes: int = DEFAULT_MOST_BYTES
    strict_sessions: bool = False
    token_lifetime: int = 3_600
    store: str = MEMORY
    fast_path: bool = True
    limits: ClientLimits = field(default_factory=ClientLimits)

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK and not self.control_token:
            raise UnsafeSettingsError(
                f"bound to {self.host}, /_mock needs a control token, or anybody on the network controls the mock"
            )
