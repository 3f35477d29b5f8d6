"""Is the mock there, and can it be used."""

import os
from importlib.metadata import version
from typing import Any, Final

from mockserver.control.asked import Asked, Operations
from mockserver.settings import Settings

PRODUCT: Final = "callpark-mock"


def health(settings: Settings) -> Operations:
    """`live`: the process answers.  `ready`: requests find a scenario, which has been so since it was built."""

    async def about(_asked: Asked) -> Any:
        return {
            "product": PRODUCT,
            "version": version("callpark"),
            "status": "ready",
            "scenario": settings.scenario,
            "process": os.getpid(),
        }

    async def live(_asked: Asked) -> Any:
        return {"status": "live"}

    async def ready(_asked: Asked) -> Any:
        return {"status": "ready"}

    return {"getHealth": about, "getLive": live, "getReady": ready}
