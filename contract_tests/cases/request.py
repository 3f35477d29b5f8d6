"""Cases of spec/clauses/request.yaml. Its remaining clauses are carried by the control itself."""

from contract_tests.case import Rows
from contract_tests.draft import unchanged, with_

_ROWS = Rows("request")

CONTROL = _ROWS.retrieval(
    "documented-example", "as-printed", "the request as the page prints it", unchanged, rests_on=()
)

CASES = (
    CONTROL,
    _ROWS.retrieval(
        "content-type", "with-charset", "a charset follows application/json",
        with_(content_type="application/json; charset=utf-8"),
    ),
    _ROWS.refusal("payload-not-json", "malformed", "the payload breaks off", with_(raw=b'{"action": "UnPark",')),
    _ROWS.refusal("payload-not-json", "empty", "there is no payload", with_(raw=b"")),
    _ROWS.refusal("payload-not-json", "array", "the payload is an array", with_(raw=b'["UnPark"]')),
    _ROWS.refusal("payload-not-json", "bad-utf-8", "the payload is not UTF-8", with_(raw=b'{"action": "\xff"}')),
)  # fmt: skip
