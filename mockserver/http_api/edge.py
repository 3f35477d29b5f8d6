"""The cures: what connexion and its router do that a vendor's client cannot live with.

- a trailing slash is taken off, and the bare base path gets one, instead of a redirect (connexion issue 1884);
- `/unifiedapi`, the older alias, and a doubled leading slash, as in the page's own link, lead to `/uapi`;
- a segment that decodes to `/` or to a control character keeps its place with U+FFFD in it, which no grammar
  admits, instead of being split or missing its route;
- a body is read whole, within a limit, and has a length: connexion takes a chunked body for none (issue 2020);
- any body is taken for JSON in UTF-8, whatever its media type says;
- a method that the document does not offer is answered 405 with all that it does offer: connexion's Allow
  names those of one route only;
- the token may come as `?accessRequestToken=Bearer%20TOKEN`;
- the token endpoint, which lies beside the API, is found where connexion has it, below the API's base path, and
  gets its form as JSON.
"""

from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs, quote

from mockserver.connection.asgi import App, Receive, Scope, Send
from mockserver.connection.body import BodyTooLargeError, ClientGoneError, read_body, said
from mockserver.connection.client_limits import MAX_BODY_BYTES
from mockserver.http_api.answering import Answering
from mockserver.http_api.contract import Contract
from mockserver.http_api.hanging_up import GONE
from mockserver.http_api.path import TOKEN_PATH, cured_path, raw_path
from mockserver.http_api.refusals import (
    Fixed,
    Refusal,
    RefusedRequest,
    fixed,
    in_words_of_the_endpoint,
)
from mockserver.http_api.rendering import send_answer
from mockserver.http_api.token_form import form_as_json

_TOKEN_PARAMETER: Final = "accessRequestToken"
_REPLACED: Final = frozenset({b"content-type", b"content-length", b"transfer-encoding"})


class Edge:
    def __init__(
        self, app: App, answering: Answering, contract: Contract, *, strict_media_type: bool
    ) -> None:
        self._app = app
        self._answering = answering
        self._contract = contract
        self._token_path = contract.base_path + TOKEN_PATH
        self._strict_media_type = strict_media_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await read_body(receive)
        except ClientGoneError:
            return
        except BodyTooLargeError:
            message = f"The payload is larger than {MAX_BODY_BYTES} bytes."
            await self._refuse(fixed(Fixed.PAYLOAD_TOO_LARGE, message), scope, send)
            return
        content_type: bytes = dict(scope["headers"]).get(b"content-type", b"")
        path = self._path(scope)
        if path == TOKEN_PATH:
            message = f"The token endpoint is {TOKEN_PATH}, not {self._token_path}."
            await self._refuse(fixed(Fixed.NOT_FOUND, message), scope, send)
            return
        if path == self._token_path:
            try:
                body = await form_as_json(body, content_type.decode("latin-1"))
            except RefusedRequest as error:
                await self._refuse(error.refusal, scope, send)
                return
        elif self._strict_media_type and body and not _is_json(content_type):
            await self._refuse(fixed(Fixed.MEDIA_TYPE, "Allowed: application/json."), scope, send)
            return
        cured = self._cured(scope, path, body)
        cured["extensions"] = {**scope.get("extensions", {}), GONE: receive}
        methods = self._contract.methods_at(cured["path"])
        if methods and scope["method"] not in methods:
            await self._refuse(_not_allowed(scope["method"], methods), scope, send)
            return
        await self._app(cured, said(body).again(receive), send)

    async def _refuse(self, refusal: Refusal, scope: Scope, send: Send) -> None:
        if self._path(scope) == self._token_path:
            refusal = in_words_of_the_endpoint(refusal)
        await send_answer(self._answering.refuse(refusal), send)

    def _cured(self, scope: Scope, path: str, body: bytes) -> Scope:
        headers = [(name, value) for name, value in scope["headers"] if name not in _REPLACED]
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(body)).encode()))
        headers.extend(_token_from_query(scope))
        return {**scope, "path": path, "raw_path": quote(path).encode(), "headers": headers}

    def _path(self, scope: Scope) -> str:
        return cured_path(raw_path(scope), self._contract.base_path)


def _not_allowed(method: str, methods: tuple[str, ...]) -> Refusal:
    allowed = ", ".join(methods)
    message = f"Method {method} is not allowed here. Allowed: {allowed}."
    return replace(fixed(Fixed.METHOD_NOT_ALLOWED, message), headers={"Allow": allowed})


def _token_from_query(scope: Scope) -> list[tuple[bytes, bytes]]:
    if any(name == b"authorization" for name, _ in scope["headers"]):
        return []
    query: bytes = scope.get("query_string", b"")
    if _TOKEN_PARAMETER.encode() not in query:
        return []
    values = parse_qs(query.decode("latin-1"), max_num_fields=None).get(_TOKEN_PARAMETER, [])
    return [(b"authorization", value.encode("utf-8", "replace")) for value in values[:1]]


def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == b"application/json"
