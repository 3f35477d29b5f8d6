"""One request after everything that the document alone can tell has been checked."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mockserver.sessions.session import Session
from mockserver.simulator.commands import SELF, Address


class Question(Struct, frozen=True, kw_only=True, gc=False):
    """`origin` is scheme and host as the client wrote them; path and query values are decoded.

    `extension` and `call_id` are None where the path has no such segment.
    """

    session: Session
    viewer: str
    origin: str
    user: str
    extension: str | None
    call_id: str | None
    query: Mapping[str, Any]
    body: Any = None

    @property
    def address(self) -> Address:
        return Address(
            viewer=self.viewer,
            user=self.user,
            extension=self.extension or SELF,
            call_id=self.call_id,
        )
