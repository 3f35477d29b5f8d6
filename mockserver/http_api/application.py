"""The connexion application: the document, our validators, our token check, our errors."""

import copy
import logging
from typing import Any, Final

from connexion import AsyncApp  # type: ignore[import-untyped]  # it ships no types
from connexion.datastructures import MediaTypeDict  # type: ignore[import-untyped]  # it ships no types
from connexion.exceptions import ProblemException  # type: ignore[import-untyped]  # it ships no types
from connexion.lifecycle import (  # type: ignore[import-untyped]  # it ships no types
    ConnexionRequest,
    ConnexionResponse,
)
from connexion.options import SwaggerUIOptions  # type: ignore[import-untyped]  # it ships no types
from connexion.resolver import Resolver  # type: ignore[import-untyped]  # it ships no types
from connexion.spec import Specification  # type: ignore[import-untyped]  # it ships no types
from starlette.exceptions import HTTPException

from callpark_spec import openapi_document
from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.http_api.answering import Answering
from mockserver.http_api.bearer import TokenCheck, bearer_handler
from mockserver.http_api.contract import Contract
from mockserver.http_api.edge import Edge
from mockserver.http_api.grammar import Compiled
from mockserver.http_api.operations import PhoneCallOperations, as_response
from mockserver.http_api.preferences import Preferences
from mockserver.http_api.refusals import Refusal, RefusedRequest, for_status, unavailable
from mockserver.http_api.token_endpoint import TOKEN_PATH, TokenOperations, in_words_of_the_endpoint
from mockserver.http_api.validation import body_validator, parameter_validator
from mockserver.policy import Presentation
from mockserver.sessions.sessions import Sessions
from mockserver.store.seam import StoreUnavailableError

_JSON: Final = "application/json"
_log = logging.getLogger(__name__)


def vendor_api(sessions: Sessions, presentation: Presentation, *, token_lifetime: int) -> "VendorApi":
    """`token_lifetime` is how many seconds the token endpoint's tokens are good for."""
    document = openapi_document()
    contract = Contract(document)
    answering = Answering(contract, presentation)
    operations = Operations(
        PhoneCallOperations(answering), TokenOperations(sessions, answering, lifetime=token_lifetime)
    )
    preferences = Preferences(contract)
    compiled = Compiled()
    tokens = TokenCheck(sessions)
    app = AsyncApp(
        __name__,
        pythonic_params=True,
        swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=False),
        resolver=Resolver(lambda name: preferences.before(name, operations.named(name))),
        security_map={"bearer": bearer_handler(tokens.check)},
    )
    app.add_api(
        _in_json_alone(document),
        validator_map={
            "parameter": parameter_validator(compiled),
            "body": MediaTypeDict({"*/*json": body_validator(compiled, presentation)}),
        },
    )
    _handle_errors(app, Errors(answering))
    edge = Edge(
        app,
        answering,
        contract,
        strict_media_type=presentation.strict_media_type,
    )
    return VendorApi(
        edge,
        specification=app.middleware.apis[0].specification,
        contract=contract,
        answering=answering,
        tokens=tokens,
        compiled=compiled,
        presentation=presentation,
    )


class VendorApi:
    """The whole way of a request, and beside it the parts of it that can be asked without a request.

    `specification` is connexion's, as it has read the document.
    """

    def __init__(
        self,
        app: App,
        *,
        specification: Specification,
        contract: Contract,
        answering: Answering,
        tokens: TokenCheck,
        compiled: Compiled,
        presentation: Presentation,
    ) -> None:
        self._app = app
        self.specification = specification
        self.contract = contract
        self.answering = answering
        self.tokens = tokens
        self.compiled = compiled
        self.presentation = presentation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _in_json_alone(document: dict[str, Any]) -> dict[str, Any]:
    """The document without request media types besides JSON, which is all that `Edge` lets through: connexion
    warns at every request of an operation that has several.
    """
    changed = copy.deepcopy(document)
    for item in changed["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "content" in operation.get("requestBody", {}):
                content = operation["requestBody"]["content"]
                operation["requestBody"]["content"] = {_JSON: content[_JSON]}
    return changed


class Operations:
    """The methods behind the document's operationIds."""

    def __init__(self, phone_calls: PhoneCallOperations, tokens: TokenOperations) -> None:
        self._homes = (phone_calls, tokens)

    def named(self, operation_id: str) -> Any:
        (home,) = (each for each in self._homes if hasattr(each, operation_id))
        return getattr(home, operation_id)


class Errors:
    """Whatever is raised below becomes the vendor's envelope, or the token endpoint's; a fault of ours is logged
    and told as one.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def refused(self, request: ConnexionRequest, error: RefusedRequest) -> ConnexionResponse:
        return self._response(request, error.refusal)

    async def problem(self, request: ConnexionRequest, error: ProblemException) -> ConnexionResponse:
        hint = " Allowed: Authorization: Bearer <token>." if error.status == 401 else ""
        return self._response(request, for_status(error.status, f"{error.detail or error.title}.{hint}"))

    async def http(self, request: ConnexionRequest, error: HTTPException) -> ConnexionResponse:
        if error.status_code == 404:
            return self._response(request, for_status(404, f"There is nothing at {request.scope['path']}."))
        return self._response(request, for_status(error.status_code, str(error.detail)))

    async def no_store(self, request: ConnexionRequest, error: StoreUnavailableError) -> ConnexionResponse:
        _log.warning("the store failed: %s", error)
        return self._response(request, unavailable(error))

    async def failed(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        return self._response(request, own_fault(error))

    def _response(self, request: ConnexionRequest, refusal: Refusal) -> ConnexionResponse:
        if request.scope["path"].endswith(TOKEN_PATH):  # below the base path, whatever that is
            refusal = in_words_of_the_endpoint(refusal)
        response = as_response(self._answering.refuse(refusal))
        kept = ("www-authenticate", "retry-after")
        return ConnexionResponse(
            status_code=response.status_code,
            mimetype="application/json",
            body=response.body,
            headers={name: response.headers[name] for name in kept if name in response.headers},
        )


def own_fault(error: Exception) -> Refusal:
    """What is told of a fault of ours; it is logged."""
    _log.error("the mock failed on its own", exc_info=error)
    return for_status(500, "The mock failed on its own; its log says how.")


def _handle_errors(app: AsyncApp, errors: Errors) -> None:
    app.add_error_handler(RefusedRequest, errors.refused)
    app.add_error_handler(ProblemException, errors.problem)
    app.add_error_handler(HTTPException, errors.http)
    app.add_error_handler(StoreUnavailableError, errors.no_store)
    app.add_error_handler(Exception, errors.failed)
