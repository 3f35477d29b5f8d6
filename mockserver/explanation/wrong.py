"""What an explanation is made of."""

from dataclasses import dataclass

from mockserver.explanation.attempt import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One fault of a request.  `where` is a part of the request, `message` says what is wrong and what is allowed;
    `instead` is what stands there in the corrected request, None where nothing was put right.
    """

    where: str
    code: str
    message: str
    clauses: tuple[str, ...] = ()
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`corrected` None: what is wrong is not for the client to put right, or the world has nothing to offer.

    `asked_for` names the wire faults or the preference that the answer comes from, where it comes from one.
    """

    wrongs: tuple[Wrong, ...]
    corrected: Attempt | None
    asked_for: tuple[str, ...] = ()
