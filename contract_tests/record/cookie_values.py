"""Values of cookies that a target sets: one may be as good as a token, so a record has names in their places."""

from __future__ import annotations

import re

from contract_tests.exchange import Exchange

MOST = 100
"""So many values are looked for elsewhere, the newest ones: there are servers that set another with every answer."""
SHORTEST = 16
_SETTING = ("set-cookie", "set-cookie2")
_PAIR = re.compile(r"(?P<cookie>^[^;=]*|(?<=,)\s*[^\s;,=]+\s*)=(?P<content>(?:(?!,\s*[^\s;,=]+\s*=)[^;])*)")
"""The cookie that a header sets, and those that somebody folded into it by commas, which RFC 6265 forbids."""
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z|[+-][0-9:]+)?")


def named(header: str, value: str) -> str:
    """The value of a header, with a name in the place of that of a cookie which it sets."""
    if header.lower() not in _SETTING:
        return value
    return _PAIR.sub(
        lambda pair: f"{pair['cookie']}={_name(pair['cookie'])}" if pair["content"].strip() else pair[0],
        value,
    )


class CookieValues:
    """Replaces values that were set by `${cookie_NAME}` wherever the target says them again, spelled as they were set.

    Only those that are long and have a digit: short ones and words occur in innocent text. Moments are no secrets, nor
    is what a request or a call has of its own; a record without them would be judged otherwise than what came.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, exchange: Exchange) -> None:
        """Takes what an answer sets, and forgets what the checker says of its own by now."""
        for content in [one for one in self._known if _is_ours(one, exchange)]:
            del self._known[content]
        for header, value in exchange.response.headers if exchange.response else ():
            if header.lower() not in _SETTING:
                continue
            for pair in _PAIR.finditer(value):
                content = pair["content"].strip().strip('"')
                if (
                    len(content) >= SHORTEST
                    and any(map(str.isdigit, content))
                    and not _MOMENT.fullmatch(content)
                    and not _is_ours(content, exchange)
                ):
                    self._known.pop(content, None)
                    self._known[content] = _name(pair["cookie"])
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]

    def __call__(self, text: str) -> str:
        for value, name in self._known.items():
            text = text.replace(value, name)
        return text


def _is_ours(content: str, exchange: Exchange) -> bool:
    request = exchange.request
    said = f"{request.target} {(request.body or b'').decode('latin-1')}"
    ids = [call.id for call in (exchange.call, exchange.witness) if call is not None]
    return content in said or any(content in one for one in ids)


def _name(cookie: str) -> str:
    return "${cookie_" + re.sub("[^A-Za-z0-9]", "_", cookie.strip()) + "}"
