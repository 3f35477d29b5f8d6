"""The seal of a record: its last member, a sum over every byte before it, those of the footer included.

It tells an edited record from a written one. It is no signature: who rewrites a record can seal it anew.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from contract_tests.record.errors import RESTORE, InconsistentRecord
from contract_tests.record.lines import Footer

UNSEALED = "0" * 64
"""What stands in a footer until it is sealed."""

_SEAL = b'"content_sha256":"%s"}'
_LENGTH = len(_SEAL % UNSEALED.encode())


def sealed(footer: Footer, before: Any) -> Footer:
    """The footer with its seal; `before` is the running sha256 of the lines before it."""
    sums = before.copy()
    sums.update(msgspec.json.encode(footer)[:-_LENGTH])
    return msgspec.structs.replace(footer, content_sha256=sums.hexdigest())


def check_seal(content: bytes, footer: Footer, *, line: int) -> None:
    """Raises `InconsistentRecord`; `line` is the footer's."""
    content = content.removesuffix(b"\n")
    sealed_part, seal = content[:-_LENGTH], content[-_LENGTH:]
    if seal != _SEAL % footer.content_sha256.encode():
        problem = "the footer does not end in its content_sha256, as a run writes it"
        raise InconsistentRecord(problem, f"it was laid out anew or added to; {RESTORE}", line=line)
    actual = hashlib.sha256(sealed_part).hexdigest()
    if actual != footer.content_sha256:
        problem = f"the footer's content_sha256 is {footer.content_sha256}, all before it comes to {actual}"
        raise InconsistentRecord(problem, f"lines were changed, lost or added; {RESTORE}", line=line)
