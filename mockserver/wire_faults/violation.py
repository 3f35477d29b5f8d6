"""One violation of a schema in a value that is right."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

Place = tuple[str | int, ...]
Accepts = Callable[[Any], bool]

_OTHER_TYPES: Final[tuple[Any, ...]] = (0, "0", True, [], {})
_ENOUGH: Final = 200


def violated(value: Any, accepts: Accepts, random: Random) -> Any:
    """A copy with one place changed, so that `accepts` refuses it; `value` itself if no single change does that.

    A member is taken away or gets a value of another type; which one is drawn.
    """
    wrong = [each for each in _single_changes(value) if not accepts(each)]
    return random.choice(wrong) if wrong else value


def _single_changes(value: Any) -> Iterator[Any]:
    for number, place in enumerate(_places(value)):
        if number >= _ENOUGH:
            return
        for other in _OTHER_TYPES:
            changed = deepcopy(value)
            if not place:
                yield other
                continue
            holder = _at(changed, place[:-1])
            holder[place[-1]] = other
            yield changed
        if place and isinstance(place[-1], str):
            changed = deepcopy(value)
            del _at(changed, place[:-1])[place[-1]]
            yield changed


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Inner places first: a broken member is a finer fault than a broken whole."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from _places(member, (*at, key))
    yield at


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value
