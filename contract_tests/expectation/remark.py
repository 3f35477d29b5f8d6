"""What can be said of one part of a request: that it is at fault, or that the page leaves it open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that is wrong, and the clause that says what must answer it."""

    clause: str
    what: str


@dataclass(frozen=True, slots=True)
class Grey:
    """A part that the page neither allows nor forbids: the answer is observed."""

    what: str


@dataclass(frozen=True, slots=True)
class Mild:
    """A part that is allowed, but whose refusal is only a deviation (voipnow-domain, section 10, "warn")."""

    clause: str
    what: str


Remark = Fault | Grey | Mild
