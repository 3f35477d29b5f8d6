"""The token endpoint: an App's id and secret for a token that ends, in the words of RFC 6749."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from msgspec.structs import replace
from starlette.responses import Response

from mockserver.http_api.answering import Answer, Answering
from mockserver.http_api.engine import request
from mockserver.http_api.refusals import TokenRefusal
from mockserver.http_api.rendering import as_response
from mockserver.http_api.validation import PARSED_BODY
from mockserver.journal.entry import UNDER_WAY
from mockserver.sessions.sessions import DEFAULT_SESSION, Sessions, UnknownSessionError
from mockserver.tokens import SESSION_HEADER, SESSION_NAME, Token, read_client_id

WRONG_SECRET: Final = "wrong"
_GRANT: Final = "client_credentials"
_NOT_STORED: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenOperations:
    """Any secret fits but `wrong`, so that a client's own handling of a refusal can be tried; none fits nobody.

    `lifetime` is in seconds of the session's clock.
    """

    def __init__(self, sessions: Sessions, answering: Answering, *, lifetime: int) -> None:
        self._sessions = sessions
        self._answering = answering
        self._lifetime = lifetime

    async def issue_token(self) -> Response:
        form = request.scope["extensions"][PARSED_BODY]
        answer = self._answer(form, request.headers)
        return as_response(replace(answer, headers={**answer.headers, **_NOT_STORED}))

    def _answer(self, form: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        if form["grant_type"] != _GRANT:
            message = f"grant_type is not offered. Allowed: {_GRANT}."
            return self._refused(400, "unsupported_grant_type", message)
        basic = _basic(headers.get("Authorization", ""))
        if basic and "client_secret" in form:
            return self._refused(400, "invalid_request", "The client says twice who it is; once is allowed.")
        client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        challenge = {"WWW-Authenticate": 'Basic realm="callpark"'} if basic else {}
        named = headers.get(SESSION_HEADER)
        if named is not None and not SESSION_NAME.fullmatch(named):
            return self._refused(
                400, "invalid_request", f"{SESSION_HEADER} must match {SESSION_NAME.pattern}."
            )
        client = read_client_id(client_id, session=DEFAULT_SESSION)
        if client is None or not secret or secret == WRONG_SECRET:
            message = (
                "client_id and client_secret do not fit. Allowed: <user> or <session>.<user>, for example 12,"
                f" with any secret but {WRONG_SECRET}."
            )
            return self._refused(401, "invalid_client", message, challenge)
        try:
            session = self._sessions.open(named or client.session)
        except UnknownSessionError as error:
            return self._refused(401, "invalid_client", str(error), challenge)
        if (exchange := UNDER_WAY.get()) is not None:
            exchange.session = session.name
            session.journal.claim(exchange)
        if client.user not in session.world.directory.users:
            return self._refused(
                401, "invalid_client", f"client_id names user {client.user}, who does not exist.", challenge
            )
        token = Token.lasting(
            named or client.session, client.user, now=session.clock.now(), seconds=self._lifetime
        )
        return Answer(
            status=200,
            body={"access_token": str(token), "token_type": "Bearer", "expires_in": self._lifetime},
        )

    def _refused(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> Answer:
        refusal = TokenRefusal(status=status, code=code, message=message, headers=headers or {})
        return self._answering.refuse(refusal)


def _basic(header: str) -> tuple[str, str] | None:
    """Id and secret of a Basic header, each in form encoding (RFC 6749, section 2.3.1); None for another scheme."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
