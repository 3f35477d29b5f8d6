"""Cookies that one server set, sent back to it where they belong (RFC 6265)."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import Request


class Cookies:
    """Those of the address `url`, whose path goes before every target."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._jar = CookieJar()

    def keep(self, target: str, said: Sequence[str]) -> None:
        """Takes what the answer to a request for a target says in its headers Set-Cookie."""
        answer: Any = _Answer(said)
        self._jar.extract_cookies(answer, Request(self._url + target))

    def due(self, target: str) -> str | None:
        """The header Cookie of a request for a target; None where no cookie is for it."""
        asked = Request(self._url + target)
        self._jar.add_cookie_header(asked)
        return asked.get_header("Cookie")


class _Answer:
    """An answer as `CookieJar` wants one."""

    def __init__(self, said: Sequence[str]) -> None:
        self._headers = Message()
        for value in said:
            self._headers["Set-Cookie"] = value

    def info(self) -> Message:
        return self._headers
