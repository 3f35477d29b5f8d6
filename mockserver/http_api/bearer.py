"""Who asks: the bearer token, checked before anything else."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mockserver.http_api.grammar import invalid
from mockserver.http_api.refusals import Fixed, RefusedRequest, fixed
from mockserver.journal.entry import UNDER_WAY
from mockserver.sessions.session import Session
from mockserver.sessions.sessions import Sessions, UnknownSessionError
from mockserver.tokens import SESSION_HEADER, SESSION_NAME, Token, read_token

if TYPE_CHECKING:
    from mockserver.http_api.engine import ConnexionRequest


class TokenCheck:
    """`check` gives connexion its token info: `session`, the Session meant, and `sub`, the user's id."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, text: str, request: "ConnexionRequest") -> dict[str, Any]:
        token = read_token(text)
        if token is None:
            raise _denied(
                "The access token is not known. Allowed: mock.<session>.<user>, e.g. mock.default.12."
            )
        if token.is_expired:
            raise _denied("The access token has expired.")
        token = _with_header(token, request)
        return {"sub": token.user, "session": self.session_of(token)}

    def session_of(self, token: Token) -> Session:
        """Where the token gives access at this moment; raise RefusedRequest if it gives none."""
        try:
            session = self._sessions.open(token.session)
        except UnknownSessionError as error:
            raise _denied(str(error)) from None
        self.admit(token, session)
        return session

    def admit(self, token: Token, session: Session) -> None:
        """Raise RefusedRequest if the token gives no access to its session at this moment."""
        if (exchange := UNDER_WAY.get()) is not None:
            session.journal.claim(exchange)
        if token.until is not None and token.is_over(session.clock.now()):
            raise _denied("The access token has expired on its session's clock.")
        if token.user not in session.world.directory.users:
            raise _denied(f"The access token names user '{token.user}', who does not exist.")


def _with_header(token: Token, request: "ConnexionRequest") -> Token:
    name: str | None = request.headers.get(SESSION_HEADER)
    if name is None:
        return token
    if not SESSION_NAME.fullmatch(name):
        raise RefusedRequest(invalid(f"{SESSION_HEADER} must match {SESSION_NAME.pattern}."))
    return replace(token, session=name)


def _denied(message: str) -> RefusedRequest:
    return RefusedRequest(fixed(Fixed.ACCESS_DENIED, message))
