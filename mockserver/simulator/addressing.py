"""From the words of a URI to the calls they mean: user, then extension, then call, then view."""

from mockserver.simulator.commands import ME, OWNER, SELF, Address
from mockserver.simulator.directory import Extension, User
from mockserver.simulator.outcomes import Field, RefusalError
from mockserver.simulator.phone_call import PhoneCall, View
from mockserver.simulator.world import World


def resolve_user(world: World, address: Address) -> User:
    """The viewer, in the end: other users exist, but a token reaches only its own user's things.

    `@owner` also means the viewer here, because an extension somebody else owns is refused as an extension.
    """
    viewer = world.directory.users[address.viewer]
    if address.user == viewer.id:
        return viewer
    if address.user in ME or address.user == OWNER:
        return viewer
    if address.user not in world.directory.users:
        raise RefusalError(
            Field.USER_ID,
            f"There is no user '{address.user}'. Allowed: @me, @viewer, @owner or the id of the token's user.",
        )
    raise RefusalError(
        Field.USER_ID,
        f"User '{address.user}' is out of reach for a token of user '{viewer.id}'.",
        foreign=True,
    )


def resolve_extension(world: World, user: User, number: str) -> Extension | None:
    """None stands for `@self`, all of the user's extensions."""
    if number == SELF:
        return None
    extension = world.directory.find_extension(number, organization_id=user.organization_id)
    if extension is None:
        raise RefusalError(Field.EXTENSION, f"There is no extension '{number}'. Allowed: a number or @self.")
    if extension.user_id != user.id:
        raise RefusalError(
            Field.EXTENSION,
            f"Extension '{extension.number}' does not belong to user '{user.id}'.",
            foreign=True,
        )
    return extension


def calls_at(world: World, address: Address) -> tuple[PhoneCall, ...]:
    """All calls of the addressed extensions, oldest first, narrowed to the call id if there is one."""
    user = resolve_user(world, address)
    extension = resolve_extension(world, user, address.extension)
    if address.call_id is not None:
        one = world.calls.get(address.call_id)
        return () if one is None or not _is_at(one, user, extension) else (one,)
    mine = [call for call in world.calls.values() if _is_at(call, user, extension)]
    return tuple(sorted(mine, key=lambda call: (call.published, call.id)))


def _is_at(call: PhoneCall, user: User, extension: Extension | None) -> bool:
    return call.user_id == user.id and (extension is None or call.extension == extension.number)


def call_at(world: World, address: Address) -> PhoneCall:
    call = None if address.call_id is None else world.calls.get(address.call_id)
    named = world.directory.extensions.get(address.extension)
    if (
        call is not None
        and named is not None
        and call.extension == named.number
        and call.user_id == named.user_id == address.user == address.viewer
    ):
        return call  # written out in full, nothing has to be resolved
    user = resolve_user(world, address)
    extension = resolve_extension(world, user, address.extension)
    if address.call_id is None:
        raise RefusalError(
            Field.PHONE_CALL_ID,
            "phoneCallId is missing from the URI. Allowed: the id of an existing phone call.",
        )
    if call is None or not _is_at(call, user, extension):
        raise RefusalError(
            Field.PHONE_CALL_ID,
            f"phoneCallId '{address.call_id}' references no phone call of user '{address.user}' at extension "
            f"'{address.extension}'.",
        )
    return call


def view_of(call: PhoneCall, view_id: str) -> View:
    for view in call.views:
        if view.id == view_id:
            return view
    known = ", ".join(each.id for each in call.views)
    raise RefusalError(
        Field.PHONE_CALL_VIEW_ID,
        f"phoneCallViewId '{view_id}' is no view of phone call '{call.id}'. Its views: {known}.",
    )


def terminal_for(world: World, call: PhoneCall, number: str) -> Extension:
    """The Phone Terminal a parked call can be sent to right now."""
    terminal = world.directory.find_extension(number, organization_id=call.organization_id)
    if terminal is None or terminal.organization_id != call.organization_id:
        raise RefusalError(
            Field.SEND_CALL_TO, f"sendCallTo '{number}' is no extension of the phone call's organization."
        )
    if not terminal.is_phone_terminal and not world.rules.any_extension_retrieves:
        raise RefusalError(
            Field.SEND_CALL_TO, f"sendCallTo '{number}' is a {terminal.kind}, not a Phone Terminal extension."
        )
    return terminal
