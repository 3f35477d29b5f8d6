"""The connexion application: the document, our validators, our token check, our errors."""

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

from starlette.exceptions import HTTPException

from callpark_spec import openapi_document
from mockserver.connection.asgi import Receive, Scope, Send
from mockserver.http_api.answering import Answering
from mockserver.http_api.document_reading import in_json_alone, plain_operations
from mockserver.http_api.edge import Edge
from mockserver.http_api.engine import (
    AsyncApp,
    BearerSecurityHandler,
    ConnexionRequest,
    ConnexionResponse,
    MediaTypeDict,
    ProblemException,
    Resolver,
    Specification,
    SwaggerUIOptions,
)
from mockserver.http_api.operations import PhoneCallOperations
from mockserver.http_api.own_fault import own_fault
from mockserver.http_api.path import TOKEN_PATH
from mockserver.http_api.plain_operations import PlainOperation
from mockserver.http_api.preferences import Preferences
from mockserver.http_api.refusals import (
    Refusal,
    RefusedRequest,
    for_status,
    in_words_of_the_endpoint,
    unavailable,
)
from mockserver.http_api.rendering import as_response
from mockserver.http_api.token_endpoint import TokenOperations
from mockserver.http_api.validation import body_validator, parameter_validator
from mockserver.http_api.vendor_api import VendorApi
from mockserver.store.seam import StoreUnavailableError

Check = Callable[[str, ConnexionRequest], dict[str, Any]]

_log = logging.getLogger(__name__)


class Application:
    """The whole way of a request."""

    def __init__(self, vendor: VendorApi) -> None:
        presentation, answering, contract = vendor.presentation, vendor.answering, vendor.contract
        operations = Operations(
            PhoneCallOperations(answering),
            TokenOperations(vendor.sessions, answering, lifetime=vendor.token_lifetime),
        )
        preferences = Preferences(contract)
        app = AsyncApp(
            __name__,
            pythonic_params=True,
            swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=False),
            resolver=Resolver(lambda name: preferences.before(name, operations.named(name))),
            security_map={"bearer": bearer_handler(vendor.tokens.check)},
        )
        app.add_api(
            in_json_alone(openapi_document()),
            validator_map={
                "parameter": parameter_validator(vendor.compiled),
                "body": MediaTypeDict({"*/*json": body_validator(vendor.compiled, presentation)}),
            },
        )
        _handle_errors(app, Errors(answering))
        self._specification: Specification = app.middleware.apis[0].specification
        self._edge = Edge(app, answering, contract, strict_media_type=presentation.strict_media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._edge(scope, receive, send)

    @cached_property
    def operations(self) -> tuple[PlainOperation, ...]:
        """As connexion has read them."""
        return plain_operations(self._specification)


def bearer_handler(check: Check) -> type[BearerSecurityHandler]:
    """connexion finds a check by an import string in the document; a bound method has none."""

    class Bearer(BearerSecurityHandler):  # type: ignore[misc]  # its base has no types
        def _resolve_func(self, _security_scheme: dict[str, Any]) -> Check:
            return check

    return Bearer


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


def _handle_errors(app: AsyncApp, errors: Errors) -> None:
    app.add_error_handler(RefusedRequest, errors.refused)
    app.add_error_handler(ProblemException, errors.problem)
    app.add_error_handler(HTTPException, errors.http)
    app.add_error_handler(StoreUnavailableError, errors.no_store)
    app.add_error_handler(Exception, errors.failed)
