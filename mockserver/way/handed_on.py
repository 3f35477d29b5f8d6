"""What the whole way is told of a request that was looked at before its payload had come.

Its session had no faults, no variants and no defect then; what was set since is for later requests, and what ended
since was the end of this one too.
"""

from typing import Final

from mockserver.connection.asgi import Scope
from mockserver.journal.entry import Exchange

_CAME: Final = "callpark.came"


def handed_on(scope: Scope, exchange: Exchange) -> Scope:
    """The request with its exchange, which its session's journal has claimed."""
    return {**scope, "extensions": {**scope.get("extensions", {}), _CAME: exchange}}


def came_as(scope: Scope) -> Exchange | None:
    """The exchange of a request that was handed on, as it was begun when its head came."""
    came: Exchange | None = scope.get("extensions", {}).get(_CAME)
    return came
