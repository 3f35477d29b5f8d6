"""Servers written from the vendor's page alone, to try the checker on: right ones, wrong ones, hostile
ones."""

from collections.abc import Callable

from .base import Server
from .collection import CollectionServer
from .example import ExampleServer
from .hostile import HOSTILE as PLAINLY_HOSTILE
from .literal import LiteralServer
from .minimal import MinimalServer
from .mover import MoverServer
from .oddball import OddballServer
from .ringing import RingingServer
from .strict import StrictServer
from .treacherous import TREACHEROUS
from .wrong import WRONG


def _unanswered() -> Server:
    return RingingServer(pickup=None)


RIGHT: dict[str, Callable[[], Server]] = {
    "literal": LiteralServer,
    "example": ExampleServer,
    "collection": CollectionServer,
    "ringing": RingingServer,
    "unanswered": _unanswered,
    "minimal": MinimalServer,
    "strict": StrictServer,
    "mover": MoverServer,
    "oddball": OddballServer,
}

HOSTILE = PLAINLY_HOSTILE | TREACHEROUS

__all__ = ["HOSTILE", "RIGHT", "WRONG", "Server"]
