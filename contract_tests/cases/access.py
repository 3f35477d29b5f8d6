"""Cases of spec/clauses/access.yaml. That the user's own token is accepted is the control's matter."""

from contract_tests.case import AS_PRINTED, NO_SUCH_CALL, Case, Rows
from contract_tests.draft import Change, Draft, Lacking, Setting, both, segment_from, with_
from contract_tests.world import EXPIRED_TOKEN, OTHER_TOKEN, TOKEN

_ROWS = Rows("access")


def _with_token(name: str, means: str, lacking: str) -> Change:
    def change(draft: Draft, setting: Setting) -> Draft:
        if not getattr(setting.world, f"has_{means}"):
            raise Lacking(means, lacking)
        return with_(authorization=f"Bearer {name}")(draft, setting)

    return change


_WITH_OTHER_TOKEN = _with_token(OTHER_TOKEN, "other_token", "the profile has no token of another user")
_ON_HIS_OWN_PATH = both(
    segment_from(
        "user",
        lambda setting: setting.world.foreign_user,
        Lacking("foreign_user", "the profile names no other user"),
    ),
    segment_from(
        "extension",
        lambda setting: setting.world.foreign_extension,
        Lacking("foreign_extension", "the profile names no extension of another user"),
    ),
    _WITH_OTHER_TOKEN,
)

CASES: tuple[Case, ...] = (
    _ROWS.refusal("no-token", "absent", "there is no Authorization header", with_(authorization=None)),
    _ROWS.refusal(
        "malformed-header", "no-scheme", "the header holds a bare word", with_(authorization="unauthorised")
    ),
    _ROWS.refusal(
        "malformed-header", "basic", "the scheme is Basic", with_(authorization=f"Basic {TOKEN}")
    ),
    _ROWS.refusal(
        "unknown-token", "never-issued", "nobody issued the token",
        with_(authorization="Bearer never.issued.token"),
    ),
    _ROWS.refusal(
        "expired-token", "expired", "the token has expired",
        _with_token(EXPIRED_TOKEN, "expired_token", "the profile has no expired token"),
    ),
    _ROWS.refusal("other-user", "other-token", "the token is another user's", _WITH_OTHER_TOKEN),
    _ROWS.refusal(
        "other-user", "own-path", "another user names his own id and extension, and this user's call", _ON_HIS_OWN_PATH,
        (AS_PRINTED, NO_SUCH_CALL),
    ),
)  # fmt: skip
