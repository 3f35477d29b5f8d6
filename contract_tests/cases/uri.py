"""Cases of spec/clauses/uri.yaml."""

from contract_tests.case import AS_PRINTED, NO_SUCH_CALL, Case, Kind, Rows
from contract_tests.draft import Lacking, both, segment, segment_from, unchanged, with_
from contract_tests.world import OTHER_TOKEN

_ROWS = Rows("uri")
_NEVER = AssertionError("every world has this")
_NO_FOREIGN_USER = Lacking("foreign_user", "the profile names no other user")
_NO_FOREIGN_EXTENSION = Lacking("foreign_extension", "the profile names no extension of another user")
_NO_SIBLING = Lacking("sibling", "the profile names no second extension of the user")
_NO_OTHER_TOKEN = Lacking("other_token", "the profile has no token of another user")

CASES: tuple[Case, ...] = (
    _ROWS.retrieval("user-id/me", "me", "the user is @me", segment("user", "@me")),
    _ROWS.retrieval("user-id/viewer", "viewer", "the user is @viewer", segment("user", "@viewer")),
    _ROWS.retrieval("user-id/owner", "owner", "the user is @owner", segment("user", "@owner")),
    _ROWS.retrieval(
        "user-id/identifier", "number", "the user is named by id",
        segment_from("user", lambda setting: setting.world.user, _NEVER),
    ),
    _ROWS.refusal(
        "user-id/unknown", "nobody", "the user id names nobody",
        segment_from("user", lambda setting: setting.world.unknown_user, _NEVER),
    ),
    _ROWS.refusal(
        "user-id/owner-of-extension", "another-user", "the user is not the owner of the extension",
        segment_from("user", lambda setting: setting.world.foreign_user, _NO_FOREIGN_USER),
    ),
    _ROWS.refusal(
        "user-id/owner-of-extension", "another-extension", "the extension is another user's",
        segment_from("extension", lambda setting: setting.world.foreign_extension, _NO_FOREIGN_EXTENSION),
    ),
    _ROWS.retrieval("extension/number", "number", "the extension is named by its number", unchanged),
    _ROWS.retrieval("extension/self", "self", "the extension is @self", segment("extension", "@self")),
    _ROWS.retrieval(
        "extension/self", "another-of-his", "the extension is @self, and the call is at a second extension of the user",
        segment("extension", "@self"), rests_on=(AS_PRINTED, "uri/extension/self/self"), elsewhere=True,
    ),
    _ROWS.refusal(
        "extension/unknown", "nobody", "nobody has the extension",
        segment_from("extension", lambda setting: setting.world.unknown_extension, _NEVER),
    ),
    _ROWS.refusal(
        "extension/of-the-call", "sibling", "the call belongs to another extension of the user",
        segment_from("extension", lambda setting: setting.world.sibling, _NO_SIBLING),
    ),
    _ROWS.refusal(
        "extension/self-own-only", "other-token", "@me and @self of another user, with this user's call",
        both(
            segment_from(
                "user", lambda setting: "@me" if setting.world.has_other_token else None, _NO_OTHER_TOKEN
            ),
            segment("extension", "@self"),
            with_(authorization=f"Bearer {OTHER_TOKEN}"),
        ),
        rests_on=(AS_PRINTED, NO_SUCH_CALL),
    ),
    _ROWS.retrieval(
        "phone-call-id/with-self", "me-and-self", "the call is named by @me, @self and its id",
        both(segment("user", "@me"), segment("extension", "@self")),
        rests_on=(AS_PRINTED, "uri/user-id/me/me", "uri/extension/self/self"),
    ),
    _ROWS.of_kind(
        Kind.OBSERVATION, "phone-call-id/omitted", "omitted", "the path ends with the extension",
        both(with_(call_id=None), segment_from("extension", lambda setting: setting.world.unknown_extension, _NEVER)),
    ),
    _ROWS.retrieval("percent-encoding", "encoded", "every character that may be is percent-encoded",
                    with_(encode_all=True)),
    _ROWS.observation("trailing-slash", "slash", "a slash follows the call id", with_(suffix="/")),
)  # fmt: skip
