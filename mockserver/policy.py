"""Every freedom the page leaves, as one frozen value; the defaults are the mock's own choice."""

from enum import StrEnum

from msgspec import Struct, field

from mockserver.simulator.rules import Rules


class LinkMember(StrEnum):
    LINKS = "links"
    LINK = "link"
    NONE = "none"


class NothingListed(StrEnum):
    """What a List of a call that does not exist is answered."""

    EMPTY_COLLECTION = "empty collection"
    NO_CONTENT = "no content"
    PHONECALL_INVALID = "phone call invalid"


class Presentation(Struct, frozen=True, kw_only=True):
    """How outcomes look on the wire.

    `foreign_status` None answers another user's things like unknown ones (user_invalid, extension_invalid);
    a number answers access_denied with that status.  `utc_offset` is in minutes, None writes `Z`.
    """

    unpark_status: int = 200
    reduced_unpark: bool = False
    unpark_in_array: bool = False
    link_member: LinkMember = LinkMember.LINKS
    link_as_asked: bool = False
    numbers_as_strings: bool = False
    bare_single_call: bool = False
    nothing_listed: NothingListed = NothingListed.EMPTY_COLLECTION
    unauthorized_status: int = 401
    access_denied_code: str = "access_denied"
    challenge: bool = True
    foreign_status: int | None = None
    unknown_action_status: int = 501
    missing_call_id_status: int = 400
    send_call_to_code: str | None = None
    blank_is_absent: bool = False
    strict_media_type: bool = False
    utc_offset: int | None = None


class Policy(Struct, frozen=True, kw_only=True):
    rules: Rules = field(default_factory=Rules)
    presentation: Presentation = field(default_factory=Presentation)
