"""The mock, put together: vendor paths on one side, the control plane on the other."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import cast

from mockserver.behaviour import Behaviour
from mockserver.clock import MANUAL, PAGE_MOMENT, Clock, rate_named
from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.connection.client_limits import ClientLimits
from mockserver.connection.first_use import FirstUse
from mockserver.http_api.contract import Contract
from mockserver.http_api.cors import Cors
from mockserver.http_api.vendor_api import vendor_api
from mockserver.policy import Presentation
from mockserver.scenarios.scenario import Scenario, load_scenario
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import Sessions, Setup
from mockserver.settings import Settings
from mockserver.store.opening import MEMORY, open_store
from mockserver.store.seam import EventStore, SharedStore
from mockserver.way.behaviour_seam import Behaviours, BehaviourSeam
from mockserver.way.dated import Dated
from mockserver.way.exchange_seam import ExchangeSeam
from mockserver.way.explanation_links import ExplanationLinks
from mockserver.way.fast_path import FastPath
from mockserver.wire_faults.fault import delaying

_CONTROL = "/_mock"


class Mock:
    """One ASGI application; `sessions` is what lies behind both of its sides.

    `fast_path` may be asked before the application is, by a server that can: nobody else changes the sessions.
    """

    limits = ClientLimits()

    def __init__(
        self,
        *,
        sessions: Sessions,
        store: EventStore,
        store_name: str,
        maker: "SessionMaker",
        vendor: App,
        control: App,
        fast_path: FastPath | None = None,
    ) -> None:
        self.sessions = sessions
        self.store_name = store_name
        self.fast_path = fast_path
        self._store = store
        self._maker = maker
        self._vendor = vendor
        self._control = control

    def use(self, scenario: Scenario) -> None:
        """In place of the one it was built with: for new sessions, and for those that have not left it."""
        before = self._maker.scenario
        for session in self.sessions:
            if session.scenario == before:
                session.reset(scenario)
        self._maker.scenario = scenario

    def close(self) -> None:
        """Let the store go; it needs no more than what was appended to it."""
        self._store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        under_control = scope["type"] == "http" and (path == _CONTROL or path.startswith(f"{_CONTROL}/"))
        await (self._control if under_control else self._vendor)(scope, receive, send)


def build(settings: Settings | None = None) -> Mock:
    """Raise ScenarioError, ClockRateError, UnknownVariantError or StoreError for settings that cannot be used."""
    settings = settings or Settings()
    own = {settings.defect.slug: settings.defect} if settings.defect else {}
    behaviours = Behaviours(settings.policy, own)
    initial = behaviours.named(settings.variants, settings.defect.slug if settings.defect else None)
    scenario = load_scenario(settings.scenario)
    rate_named(settings.clock)
    store = open_store(settings.store)
    maker = SessionMaker(settings, behaviours, initial, scenario, store)
    sessions = _sessions(maker, store, settings)
    make = partial(vendor_api, sessions, token_lifetime=settings.token_lifetime)
    links = ExplanationLinks(settings.control_token)
    seam = BehaviourSeam(sessions, behaviours, initial, make)
    presentation = initial.policy.presentation
    api = seam.plain(presentation)
    vendor: App = ExchangeSeam(seam, sessions, api.contract, links, opens=settings.delay is not None)
    if settings.cors:
        vendor = Cors(vendor, origins=settings.cors_origins)

    def control_plane() -> App:
        api.load()  # a fault or a defect that is set now makes requests take the whole way, and in their own time
        return _control_plane(sessions, settings, api.contract, behaviours, links)

    control: App = _OnFirstUse(control_plane)
    vendor, control = Dated(vendor, sessions), Dated(control, sessions)
    fast_path = None
    if settings.store != MEMORY:
        vendor, control = _beside_store(vendor, control, store)
    elif settings.fast_path and presentation == Presentation():
        vendor = fast_path = FastPath(vendor, api, sessions, links)
    if fast_path is None or settings.delay or settings.variants or settings.defect:
        api.load()
    mock = Mock(
        sessions=sessions,
        store=store,
        store_name=settings.store,
        maker=maker,
        vendor=vendor,
        control=control,
        fast_path=fast_path,
    )
    mock.limits = settings.limits
    return mock


def _sessions(maker: "SessionMaker", store: EventStore, settings: Settings) -> Sessions:
    limit, max_idle = settings.session_limit, settings.session_max_idle
    strict, most = settings.strict_sessions, settings.most_bytes
    if not store.is_shared:
        return Sessions(maker, limit=limit, max_idle=max_idle, most_bytes=most, strict=strict, store=store)
    from mockserver.sessions.shared_sessions import SharedSessions

    shared = cast(SharedStore, store)
    return SharedSessions(maker, limit=limit, max_idle=max_idle, most_bytes=most, strict=strict, store=shared)


def _beside_store(vendor: App, control: App, store: EventStore) -> tuple[App, App]:
    from mockserver.sessions.shared_sessions import one_look
    from mockserver.way.store_seam import StoreSeam

    around = one_look if store.is_shared else nullcontext
    return StoreSeam(vendor, around), StoreSeam(control, around)


def _control_plane(
    sessions: Sessions,
    settings: Settings,
    contract: Contract,
    behaviours: Behaviours,
    links: ExplanationLinks,
) -> App:
    from mockserver.control.application import control_plane

    return control_plane(sessions, settings, contract, behaviours, links)


class _OnFirstUse:
    """An application that costs a start nothing: who only uses the vendor's paths never needs the control plane."""

    def __init__(self, make: Callable[[], App]) -> None:
        self._app = FirstUse(make)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await self._app.get()
        await app(scope, receive, send)


class SessionMaker:
    """`scenario` is that of sessions which do not ask for another."""

    def __init__(
        self,
        settings: Settings,
        behaviours: Behaviours,
        initial: Behaviour,
        scenario: Scenario,
        store: EventStore,
    ) -> None:
        self._behaviours = behaviours
        self._initial = initial
        self._settings = settings
        self.scenario = scenario
        self._store = store

    def __call__(self, name: str, setup: Setup) -> Session:
        clock = setup.clock or self._settings.clock
        start = self._settings.start if setup.start is None else setup.start
        return Session(
            name,
            scenario=setup.scenario or self.scenario,
            clock=Clock.named(clock, start=PAGE_MOMENT if start is None and clock == MANUAL else start),
            store=self._store,
            seed=self._settings.seed if setup.seed is None else setup.seed,
            always=() if self._settings.delay is None else (delaying(self._settings.delay),),
            behaviour=self._initial,
            resolve=self._behaviours.named,
        )
