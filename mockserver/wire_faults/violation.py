"""One violation of a schema in a value that is right."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

Place = tuple[str | int, ...]
Accepts = Callable[[Any], bool]

_OTHER_TYPES: Final[tuple[Any, ...]] = (0, "0", True, [], {})
_TRIES: Final = 200
_GONE: Final = object()


def violated(value: Any, accepts: Accepts, random: Random) -> Any:
    """A copy with one place changed, so that `accepts` refuses it; `value` itself if no single change does that.

    A member is taken away or gets a value of another type; which one is drawn.  `accepts` is asked 200 times at most:
    of a long list not every place is tried.
    """
    places = list(_places(value))
    drawn = random.sample(places, k=min(len(places), _TRIES))
    copy = deepcopy(value)
    tries = 0
    for place in drawn:
        holder, key = _at(copy, place[:-1]), place[-1]
        changes = [other for other in _OTHER_TYPES if type(other) is not type(holder[key])]
        if isinstance(key, str):
            changes.append(_GONE)
        random.shuffle(changes)
        right = dict(holder) if isinstance(holder, dict) else list(holder)
        for change in changes:
            if tries >= _TRIES:
                return value
            tries += 1
            if change is _GONE:
                del holder[key]
            else:
                holder[key] = deepcopy(change)
            if not accepts(copy):
                return copy
            _put_back(holder, right)
    return next((other for other in _OTHER_TYPES if not accepts(other)), value)


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every member of the value, and of its members."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from _places(member, (*at, key))
        yield (*at, key)


def _put_back(holder: Any, right: Any) -> None:
    holder.clear()
    if isinstance(holder, dict):
        holder.update(right)
    else:
        holder.extend(right)


def _at(value: Any, place: Place) -> Any:
    for key in place:
        value = value[key]
    return value
