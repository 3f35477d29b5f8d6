"""The mock, put together: vendor paths on one side, the control plane on the other."""

from callpark_spec import openapi_document
from mockserver.asgi import App, Receive, Scope, Send
from mockserver.clock import MANUAL, PAGE_MOMENT, Clock
from mockserver.control.application import control_plane
from mockserver.dated import Dated
from mockserver.defect_seam import DefectSeam
from mockserver.exchange_seam import ExchangeSeam
from mockserver.http_api.application import vendor_api
from mockserver.http_api.contract import Contract
from mockserver.http_api.cors import Cors
from mockserver.scenario import Scenario, load_scenario
from mockserver.session import Effect, Session, as_decided
from mockserver.sessions import Sessions, Setup
from mockserver.settings import Settings
from mockserver.store import MemoryStore
from mockserver.wire_faults.fault import delaying

_CONTROL = "/_mock"


class Mock:
    """One ASGI application; `sessions` is what lies behind both of its sides."""

    def __init__(self, *, sessions: Sessions, maker: "SessionMaker", vendor: App, control: App) -> None:
        self.sessions = sessions
        self._maker = maker
        self._vendor = vendor
        self._control = control

    def use(self, scenario: Scenario) -> None:
        """In place of the one it was built with: for new sessions, and for those that have not left it."""
        before, self._maker.scenario = self._maker.scenario, scenario
        for session in self.sessions:
            if session.scenario is before:
                session.reset(scenario)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        under_control = scope["type"] == "http" and (path == _CONTROL or path.startswith(f"{_CONTROL}/"))
        await (self._control if under_control else self._vendor)(scope, receive, send)


def build(settings: Settings | None = None) -> Mock:
    """Raise ScenarioError or ClockRateError for settings that cannot be used."""
    settings = settings or Settings()
    maker = SessionMaker(settings)
    sessions = Sessions(
        maker,
        limit=settings.session_limit,
        max_idle=settings.session_max_idle,
        strict=settings.strict_sessions,
    )
    vendor = vendor_api(sessions, settings.policy.presentation, token_lifetime=settings.token_lifetime)
    if settings.defect:
        vendor = DefectSeam(vendor, settings.defect)
    contract = Contract(openapi_document())
    vendor = ExchangeSeam(vendor, sessions, contract, opens=settings.delay is not None)
    if settings.cors:
        vendor = Cors(vendor, origins=settings.cors_origins)
    return Mock(
        sessions=sessions,
        maker=maker,
        vendor=Dated(vendor, sessions),
        control=Dated(control_plane(sessions, settings, contract), sessions),
    )


class SessionMaker:
    """`scenario` is that of sessions which do not ask for another."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.scenario = load_scenario(settings.scenario)
        self._store = MemoryStore()
        defect = settings.defect
        self._effect: Effect = defect.effect if defect and defect.effect else as_decided
        Clock.named(settings.clock)

    def __call__(self, name: str, setup: Setup) -> Session:
        clock = setup.clock or self._settings.clock
        start = self._settings.start if setup.start is None else setup.start
        return Session(
            name,
            scenario=setup.scenario or self.scenario,
            rules=self._settings.policy.rules,
            clock=Clock.named(clock, start=PAGE_MOMENT if start is None and clock == MANUAL else start),
            store=self._store,
            seed=self._settings.seed if setup.seed is None else setup.seed,
            effect=self._effect,
            always=() if self._settings.delay is None else (delaying(self._settings.delay),),
        )
