"""What was done already of a request that is several steps, so that the truth is told where a later one fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final


class _Request:
    is_begun = False


_SERVED: Final[ContextVar[_Request | None]] = ContextVar("_SERVED", default=None)


@contextmanager
def one_request() -> Iterator[None]:
    """Within, steps are those of one request, whichever of its tasks takes them."""
    mark = _SERVED.set(_Request())
    try:
        yield
    finally:
        _SERVED.reset(mark)


def step_done() -> None:
    """The store has what the request asked for, or a part of it."""
    request = _SERVED.get()
    if request is not None:
        request.is_begun = True


def is_begun() -> bool:
    """Whether the store has anything of what the request that is served has asked for."""
    request = _SERVED.get()
    return request is not None and request.is_begun
