"""Dictionaries of which the next one shares with the last what has not changed, so that a change costs little."""

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import Any, Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

FEW: Final = 512
"""Up to so many entries a plain dictionary is copied whole, which is as quick."""

_GONE: Final[Any] = object()


class Layered(MutableMapping[K, V]):
    """What was changed lies in a small dictionary on top of a large one, which is never changed.

    Whoever made one may change it until somebody else has it.  Order is that of a dictionary; no value is None.
    """

    __slots__ = ("_base", "_size", "_top")

    def __init__(self, base: dict[K, V], top: dict[K, V], size: int) -> None:
        self._base = base
        self._top = top
        self._size = size

    def __getitem__(self, key: K) -> V:
        value = self._top.get(key)
        if value is None:
            return self._base[key]
        if value is _GONE:
            raise KeyError(key)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        if self._top.get(key) is _GONE:
            self._flatten()
        self._size += key not in self
        self._top[key] = value

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        if key in self._base:
            self._top[key] = _GONE
        else:
            del self._top[key]
        self._size -= 1

    def __contains__(self, key: object) -> bool:
        value = self._top.get(key)  # type: ignore[arg-type]  # a key of another type is in no dictionary
        return key in self._base if value is None else value is not _GONE

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return repr(self._flatten())

    def __iter__(self) -> Iterator[K]:
        return iter(self._flatten())

    def values(self) -> ValuesView[V]:
        return self._flatten().values()

    def items(self) -> ItemsView[K, V]:
        return self._flatten().items()

    def next(self) -> "Layered[K, V]":
        """One to be changed; with a small dictionary on top however many changes there were."""
        if len(self._top) ** 2 > len(self._base):
            self._flatten()
        return Layered(self._base, dict(self._top), self._size)

    def _flatten(self) -> dict[K, V]:
        """The same entries in one dictionary."""
        if self._top:
            merged = {**self._base, **self._top}
            for key in [key for key, value in self._top.items() if value is _GONE]:
                del merged[key]
            self._base, self._top = merged, {}
        return self._base


def changing(entries: Mapping[K, V]) -> MutableMapping[K, V]:
    """A copy to be changed, of a mapping that from now on nobody changes."""
    if len(entries) <= FEW:
        return entries.copy() if isinstance(entries, dict) else dict(entries)
    if isinstance(entries, Layered):
        return entries.next()
    return Layered(entries if isinstance(entries, dict) else dict(entries), {}, len(entries))


def as_dictionary(value: object) -> dict[Any, Any]:
    """For an encoder that does not know these; raise TypeError for what is none."""
    if isinstance(value, Layered):
        return dict(value.items())
    raise TypeError(f"{type(value).__name__} is not stored")
