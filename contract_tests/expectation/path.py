"""The path of a request: which user, extension and call it names, and what is to be said of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from contract_tests.expectation.remark import Fault, Grey, Remark
from contract_tests.world import KnownCall, World, same_extension

LONG_ENOUGH_TO_BE_UNIQUE = 12
_USER = re.compile(r"@?[A-Za-z0-9_.-]+")
_EXTENSION = re.compile(r"[0-9*]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The three segments, decoded; `oddities` are what the page does not speak of (slashes, queries, aliases)."""

    user: str
    extension: str
    call_id: str | None
    oddities: tuple[str, ...] = ()


def parse_address(target: str) -> Address | None:
    """The address in a request target, or None where it is not one of this method."""
    path, _, query = target.partition("?")
    oddities = ["the request has a query"] if query else []
    prefix = next((p for p in ("/uapi/phoneCalls/", "/unifiedapi/phoneCalls/") if path.startswith(p)), None)
    if prefix is None:
        return None
    if prefix != "/uapi/phoneCalls/":
        oddities.append(f"the path begins with {prefix}")
    rest = path[len(prefix) :]
    if rest.endswith("/"):
        oddities.append("the path ends with a slash")
        rest = rest[:-1]
    segments = [unquote_to_bytes(segment).decode("utf-8", "surrogateescape") for segment in rest.split("/")]
    if len(segments) not in (2, 3):
        return None
    if "" in segments or ".." in segments or "." in segments:
        oddities.append("the path has an empty or relative segment")
    call_id = segments[2] if len(segments) == 3 else None
    return Address(user=segments[0], extension=segments[1], call_id=call_id, oddities=tuple(oddities))


def parse_link(link: str) -> Address | None:
    """The address at the end of a link's path, /phoneCalls/<user>/<extension>/<id>, whatever goes before it."""
    try:
        path = urlsplit(link).path
    except ValueError:
        return None
    _, found, address = ("/" + unquote(path)).rpartition("/phoneCalls/")
    return parse_address(f"/uapi/phoneCalls/{address}") if found else None


def user_remarks(address: Address, acting_as: str, world: World) -> Iterator[Remark]:
    """uri/user-id/*: the authenticated user by one of his names; somebody else is out of reach."""
    user = address.user
    if user in ("@me", "@viewer", acting_as):
        return
    if user == "@owner":
        if address.extension == "@self":
            yield Grey("@owner together with @self")
    elif user in (world.user, world.foreign_user):
        clause = "uri/user-id/owner-of-extension" if acting_as == world.user else "access/other-user"
        yield Fault(clause, f"user {user} is not the authenticated one")
    elif user == world.unknown_user or not _USER.fullmatch(user):
        yield Fault("uri/user-id/unknown", f"nobody is user {user!r}")
    else:
        yield Grey(f"nothing is known of user {user!r}")


def extension_remarks(
    address: Address, acting_as: str, call: KnownCall | None, world: World
) -> Iterator[Remark]:
    """uri/extension/*: the extension of the call or @self; another's is out of reach."""
    extension = address.extension
    if acting_as != world.user:
        yield from _foreign_caller_remarks(address, call, world)
    elif extension == "@self" or (call is not None and extension == call.extension):
        return
    elif extension == world.foreign_extension:
        yield Fault("uri/user-id/owner-of-extension", f"{extension} is another user's extension")
    elif extension == world.unknown_extension or not _EXTENSION.fullmatch(extension):
        yield Fault("uri/extension/unknown", f"nobody has the extension {extension!r}")
    elif call is not None and same_extension(extension, call.extension):
        yield Grey("the extension has the short form")
    elif call is not None and extension in (world.extension, world.sibling):
        yield Fault("uri/extension/of-the-call", f"the call is not one of {extension}")
    elif extension != world.extension:
        yield Grey(f"nothing is known of the extension {extension!r}")


def call_remarks(address: Address, call: KnownCall | None) -> Iterator[Remark]:
    """uri/phone-call-id/* and failure/call/*: alphanumeric, and the id of a call."""
    identifier = address.call_id
    if identifier is None:
        yield Grey("the request names no call")
    elif call is not None:
        return
    elif not identifier.isascii() and identifier.isalnum():
        yield Grey(f"the call id {identifier!r} has letters beyond ASCII")
    elif not identifier.isalnum():
        yield Fault("failure/call/not-alphanumeric", f"the call id {identifier!r} is not alphanumeric")
    elif len(identifier) >= LONG_ENOUGH_TO_BE_UNIQUE:
        yield Fault("failure/call/unknown", f"no call has the id {identifier!r}")
    else:
        yield Grey(f"a call with the id {identifier!r} may exist")


def _foreign_caller_remarks(address: Address, call: KnownCall | None, world: World) -> Iterator[Remark]:
    if address.extension == "@self":
        if call is not None and call.user == world.user:
            yield Fault("uri/extension/self-own-only", f"call {call.id} is another user's")
    elif address.extension != world.foreign_extension:
        yield Fault("access/other-user", f"{address.extension} is another user's extension")
    elif call is not None and call.user == world.user:
        yield Fault("access/other-user", f"call {call.id} is another user's, whatever the path says")
