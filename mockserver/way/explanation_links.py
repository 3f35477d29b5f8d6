"""Where a refusal is explained, and who may read that without the control token."""

import hmac
from hashlib import sha256
from typing import Final

from mockserver.journal.entry import Exchange

EXPLAIN_PATH: Final = "/_mock/explain"
KEY: Final = "key"
_HEX_DIGITS: Final = 32


class ExplanationLinks:
    """Of a mock that needs a control token, a link carries a key that only its own answer tells.

    The key is of one exchange, not of its number: after a reset the number is another exchange's.  It is drawn from
    the token, so that the same token gives the same answers again.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token

    def path(self, session: str, exchange: Exchange) -> str | None:
        """None where there is nothing to explain: only refusals are."""
        if not is_refusal(exchange):
            return None
        path = f"{EXPLAIN_PATH}/{session}/{exchange.number}"
        return path if self._token is None else f"{path}?{KEY}={self._key(session, exchange)}"

    def opens(self, key: str, session: str, exchange: Exchange) -> bool:
        return self._token is None or hmac.compare_digest(key.encode(), self._key(session, exchange).encode())

    def _key(self, session: str, exchange: Exchange) -> str:
        assert self._token is not None
        said = f"{session} {exchange.number} {exchange.at!r} {exchange.method} ".encode() + exchange.target
        return hmac.new(self._token.encode(), said, sha256).hexdigest()[:_HEX_DIGITS]


def is_refusal(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.status >= 400
