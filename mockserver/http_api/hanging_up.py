"""A client that goes away while its request waits."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from mockserver.connection.asgi import Receive, Scope
from mockserver.journal.entry import UNDER_WAY

Result = TypeVar("Result")

GONE = "callpark.gone"


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of `work`, or None if the client disconnects first; then `work` is cancelled."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        leaving.cancel()


async def while_there(scope: Scope, work: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of `work` on a vendor path, or None if the client leaves first, which the journal is told."""
    result = await unless_gone(scope["extensions"][GONE], work)
    if result is None and (exchange := UNDER_WAY.get()) is not None:
        exchange.has_left = True
    return result


async def _left(receive: Receive) -> None:
    """Return when the client is gone; wait for ever on a server that tells of nothing but the body again."""
    if (await receive())["type"] != "http.disconnect":
        await asyncio.Event().wait()
