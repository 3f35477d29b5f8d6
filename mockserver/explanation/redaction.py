"""Names in place of the tokens that a request carried."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from mockserver.journal.entry import Exchange

TOKEN_NAME: Final = "${token}"
_PARAMETER: Final = "accessRequestToken"
_IN_TARGET: Final = re.compile(rf"(?<=[?&]{_PARAMETER}=)[^&]*")
_SHORTEST: Final = 4


class Redaction:
    """Of one exchange.  Tokens that the mock made up itself, such as those in a request put right, are no secret."""

    def __init__(self, exchange: Exchange) -> None:
        found = (each for each in _given(exchange) if len(each) >= _SHORTEST)
        self._secrets = sorted(set(found), key=len, reverse=True)

    def of_target(self, text: str) -> str:
        return self.of(_IN_TARGET.sub(TOKEN_NAME, text))

    def of(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, TOKEN_NAME)
        return text


def _given(exchange: Exchange) -> Iterator[str]:
    """What stands where a token belongs, whether it is one or not, with its scheme and without."""
    query = exchange.target.partition(b"?")[2].decode("latin-1")
    said = [value for name, value in parse_qsl(query, max_num_fields=None) if name == _PARAMETER]
    said += [value.decode("latin-1") for name, value in exchange.headers if name == b"authorization"]
    for each in said:
        if each.strip().lower() != "bearer":
            yield each.strip()
        yield each.strip().partition(" ")[2].strip()
