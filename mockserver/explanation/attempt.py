"""A request that is put right step by step."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson


@dataclass(slots=True, kw_only=True)
class Attempt:
    """`template` is the document's path; `body` ... is none at all."""

    method: str
    origin: str
    base_path: str
    template: str
    variables: dict[str, str]
    token: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = ...

    @property
    def url(self) -> str:
        path = self.template
        for name, value in self.variables.items():
            path = path.replace(f"{{{name}}}", quote(value, safe="*@"))
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.origin}{self.base_path}{path}{query}"

    @property
    def headers(self) -> Mapping[str, str]:
        typed = {} if self.body is ... else {"Content-Type": "application/json"}
        return {"Authorization": f"Bearer {self.token}", **typed}

    @property
    def content(self) -> bytes | None:
        return None if self.body is ... else orjson.dumps(self.body)

    def curl(self) -> str:
        """For a POSIX shell."""
        words = ["curl", "-X", self.method, self.url]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self.content is not None:
            words += ["-d", self.content.decode()]
        return " ".join(shlex.quote(word) for word in words)
