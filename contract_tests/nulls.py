"""Members that are null."""

from __future__ import annotations

from typing import Any


def without_nulls(value: Any) -> Any:
    """The value without members that are null, which say the same as ones that are left out."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
