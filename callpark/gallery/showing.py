"""An exhibit judged: the same bytes every time, since clock, ids and seeds are given and not found."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Final

import callpark_spec
from callpark import __version__
from callpark.gallery.exhibits import Exhibit
from contract_tests.approach import approach
from contract_tests.check import Check, Plan
from mockserver import defects
from mockserver.app import build
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.variants import policy_with

OPENING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment at which every exhibit is judged, on the clock of the server and on that of the checker."""

TICK: Final = 0.001
"""Seconds between two looks at the checker's clock; so times in these reports say nothing of a machine."""


def shown(exhibit: Exhibit, port: int = 0) -> bytes:
    """The record of a check of the exhibit. The port stands in it. Raises OSError where it cannot be listened on."""
    settings = Settings(
        clock="manual",
        start=OPENING.timestamp(),
        policy=policy_with(exhibit.variants),
        defect=defects.defect(exhibit.defect) if exhibit.defect else None,
    )
    run = f"gallery-{exhibit.slug}"
    stream = io.BytesIO()
    with running(build(settings), port=port) as url:
        found = approach(url, run=run, now=_ticking())
        profile = replace(found.profile, name=exhibit.name)
        try:
            Check(
                plan=Plan(profile=profile, run=run, reading=exhibit.reading),
                target=found.target,
                rung=found.rung,
                catalogue=callpark_spec.load(),
                version=__version__,
                stream=stream,
                sleep=time.sleep,
                wall_clock=lambda: OPENING,
            ).run()
        finally:
            found.target.close()
    return stream.getvalue()


def _ticking() -> Callable[[], float]:
    ticks = count()
    return lambda: next(ticks) * TICK
