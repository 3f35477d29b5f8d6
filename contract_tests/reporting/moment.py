"""Moments of a run: the record counts seconds from its start, other formats want the time of day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(started: str, seconds: float = 0.0) -> datetime:
    """So many seconds after an RFC 3339 time."""
    return datetime.fromisoformat(started).astimezone(UTC) + timedelta(seconds=seconds)


def rfc3339(when: datetime) -> str:
    """To the millisecond, in UTC."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(when: datetime) -> int:
    """Since the epoch."""
    return round(when.timestamp() * 1000)
