"""An answer, read: what it claims, and whether its body is what its status promises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from contract_tests.exchange import Response
from contract_tests.expectation.expect import parse_json

CODE_IN_TEXT = re.compile(rb"\b(?:pc_[a-z]+|user|extension|access)_(?:invalid|denied|denided)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response with its body parsed. `problem` says why the body is no JSON; `value` is then None."""

    response: Response
    value: Any
    problem: str

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.response.status

    @property
    def is_too_long(self) -> bool:
        """Whether nothing is known of the body but its length."""
        return self.response.is_too_long

    @property
    def is_success(self) -> bool:
        """Whether the answer claims that the request was carried out and returns something."""
        return 200 <= self.status < 300 and self.status != 204

    @property
    def is_refusal(self) -> bool:
        """Whether the answer says that the request was not carried out."""
        return 400 <= self.status < 600

    @property
    def is_server_error(self) -> bool:
        """A server error; 501 says that something is not implemented and is none."""
        return 500 <= self.status < 600 and self.status != 501

    @property
    def error_code(self) -> str | None:
        """The code in the error envelope, or one that stands elsewhere in the body; None where none can be read."""
        if self.is_too_long:
            return None
        error = self.value.get("error") if isinstance(self.value, dict) else None
        if isinstance(error, dict) and isinstance(error.get("code"), str) and error["code"]:
            return str(error["code"])
        found = CODE_IN_TEXT.search(self.response.body)
        return found.group().decode() if found else None

    @property
    def call(self) -> dict[str, Any] | None:
        """The phone call in the body, alone or as the only member of an array."""
        value = self.value[0] if isinstance(self.value, list) and len(self.value) == 1 else self.value
        return value if isinstance(value, dict) and "id" in value else None

    @property
    def is_error_response(self) -> bool:
        """Whether the body is the vendor's for a refusal, whatever the status says."""
        return (
            isinstance(self.value, dict) and isinstance(self.value.get("error"), dict) and self.call is None
        )

    def __str__(self) -> str:
        if self.is_refusal:
            return f"{self.status} {self.error_code or 'without a readable code'}"
        if not self.response.body:
            return f"{self.status} without a body"
        if self.is_too_long:
            return f"{self.status} with {self.problem}"
        if self.is_error_response:
            return f"{self.status} with an error response: {self.error_code or 'no readable code'}"
        return f"{self.status} with " + (
            "a phone call" if self.call else "a JSON body" if not self.problem else "a body"
        )


def read_answer(response: Response) -> Answer:
    """Parses the body as JSON, whatever the Content-Type says, unless it is longer than any call."""
    if response.is_too_long:
        problem = f"a body of {response.body_size:,} bytes, which is too long to be read"
        return Answer(response=response, value=None, problem=problem)
    try:
        return Answer(response=response, value=parse_json(response.body), problem="")
    except ValueError as error:
        problem = _why_no_json(response, error) if response.body else "there is no body"
        return Answer(response=response, value=None, problem=problem)


def _why_no_json(response: Response, error: ValueError) -> str:
    """Whoever asks for no coding, as all requests of ours do, is to get none (RFC 9110, section 12.5.3)."""
    coding = (response.header("content-encoding") or "identity").strip().lower()
    if coding != "identity":
        return f"it is packed ({coding}), which Accept-Encoding does not allow"
    if response.body.lstrip().startswith(b"<"):
        return "it begins as HTML or XML does"
    return "it is not in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
