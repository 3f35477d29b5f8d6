"""The control plane, put together: the guard, the document's routes, and one resource behind each."""

import logging
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.control.asked import Asked, Operations
from mockserver.control.behaviours import behaviours
from mockserver.control.calls import CALLS
from mockserver.control.clock import CLOCK
from mockserver.control.document import control_document
from mockserver.control.explaining import explaining
from mockserver.control.faults import ControlError, bad_request
from mockserver.control.guard import Guard
from mockserver.control.health import health
from mockserver.control.journal import journal
from mockserver.control.pages import PAGES
from mockserver.control.published import PUBLISHED
from mockserver.control.routing import Found, Router
from mockserver.control.scenarios import SCENARIOS
from mockserver.control.sessions import SESSIONS
from mockserver.control.snapshots import SNAPSHOTS
from mockserver.control.states import STATES
from mockserver.control.stream import WATCH
from mockserver.control.terminals import TERMINALS
from mockserver.control.wire_faults import WIRE_FAULTS
from mockserver.explanation.explaining import Explainer
from mockserver.http_api.contract import Contract
from mockserver.http_api.refusals import unavailable
from mockserver.sessions.sessions import ONE_SCENARIO, Sessions
from mockserver.settings import Settings
from mockserver.store.seam import StoreUnavailableError
from mockserver.way.behaviour_seam import Behaviours
from mockserver.way.explanation_links import ExplanationLinks

_log = logging.getLogger(__name__)


def control_plane(
    sessions: Sessions, settings: Settings, contract: Contract, known: Behaviours, links: ExplanationLinks
) -> App:
    explainer = Explainer(contract, settings.policy.presentation)
    operations: Operations = {
        **health(settings),
        **behaviours(known),
        **CALLS,
        **CLOCK,
        **explaining(explainer, links),
        **journal(contract, explainer, links),
        **PAGES,
        **PUBLISHED,
        **SCENARIOS,
        **SESSIONS,
        **SNAPSHOTS,
        **STATES,
        **TERMINALS,
        **WATCH,
        **WIRE_FAULTS,
    }
    router = Router(control_document(), operations)
    return ControlPlane(router, Guard(token=settings.control_token), sessions)


class ControlPlane:
    """An ASGI application: the guard first, then one operation, its errors in JSON."""

    def __init__(self, router: Router, guard: Guard, sessions: Sessions) -> None:
        self._router = router
        self._guard = guard
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._response(scope, receive)
        except StoreUnavailableError as error:
            refusal = unavailable(error)
            response = _json(refusal.body(), refusal.status)
            response.headers.update(refusal.headers)
        except ControlError as error:
            response = _json({"error": {"code": error.code, "message": error.message}}, error.status)
            response.headers.update(error.headers)
        except Exception:  # noqa: BLE001  # whatever it is, who asked gets an answer
            _log.exception("the control plane failed on its own")
            failed = {"code": "internal_error", "message": "The mock failed on its own; its log says how."}
            response = _json({"error": failed}, 500)
        await response(scope, receive, send)

    async def _response(self, scope: Scope, receive: Receive) -> Response:
        found = self._found(scope)
        request = Request(scope, receive)
        if unknown := request.query_params.keys() - found.route.query:
            allowed = ", ".join(sorted(found.route.query)) or "none"
            raise bad_request(f"unknown query parameters: {', '.join(sorted(unknown))}; allowed: {allowed}")
        asked = Asked(
            request=request,
            sessions=self._sessions,
            path=found.path,
            query=dict(request.query_params),
            is_trusted=self._guard.trusts(scope),
        )
        if request.method != "GET":
            self._sessions.reckon_with(ONE_SCENARIO)
        content = await found.route.operation(asked)
        return content if isinstance(content, Response) else _json(content)

    def _found(self, scope: Scope) -> Found:
        """Whoever may not come in does not learn what there is."""
        try:
            found = self._router.find(scope["method"], scope["path"])
        except ControlError:
            self._guard.check(scope)
            raise
        self._guard.check(scope, public=found.route.public)
        return found


def _json(content: Any, status: int = 200) -> Response:
    data = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Response(
        data, status_code=status, media_type="application/json", headers={"Cache-Control": "no-store"}
    )
