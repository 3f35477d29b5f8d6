"""`Prefer` and its twins in the query: an answer of the document's, or a list of what there is."""

import asyncio

import httpx
import jsonschema_rs
import pytest

import callpark_spec
from mockserver.http_api.contract import Contract

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
DOCUMENT = callpark_spec.openapi_document()
CONTRACT = Contract(DOCUMENT)
REQUESTS = {
    "update_phone_call": ("PUT", PATH),
    "list_phone_call": ("GET", PATH),
    "hang_up_phone_call": ("DELETE", PATH),
    "update_phone_calls": ("PUT", "/uapi/phoneCalls/12/0003*210"),
    "list_phone_calls": ("GET", "/uapi/phoneCalls/12/0003*210"),
    "hang_up_phone_calls": ("DELETE", "/uapi/phoneCalls/12/0003*210"),
    "create_simple_phone_calls": ("POST", "/uapi/phoneCalls/12/simple"),
    "issue_token": ("POST", "/oauth/token.php"),
}
BODIES = {
    "PUT": {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"},
    "/uapi/phoneCalls/12/simple": {
        "extension": "0003*210",
        "phoneCallView": [{"source": ["0003*210"], "destination": ["0003*211"]}],
    },
    "/oauth/token.php": {"grant_type": "client_credentials", "client_id": "12", "client_secret": "s"},
}
OFFERED = [
    (operation_id, status, name)
    for operation_id, operation in CONTRACT.operations().items()
    for status in operation["responses"]
    for name in CONTRACT.examples(CONTRACT.response(operation, 599 if status == "default" else int(status)))
    or [None]
]


def prefer(api, value, operation_id="update_phone_call", **kw):
    method, path = REQUESTS[operation_id]
    body = BODIES.get(path, BODIES.get(method, ...))
    return api(method, path, body, headers={"Prefer": value}, **kw)


def test_every_operation_is_tried():
    assert REQUESTS.keys() == CONTRACT.operations().keys()


@pytest.mark.parametrize(("operation_id", "status", "name"), OFFERED)
def test_every_answer_of_the_document_can_be_had_and_is_valid(api, operation_id, status, name):
    """The client holds each against the document, too."""
    code = 503 if status == "default" else int(status)
    wanted = f"code={code}" if name is None else f"code={code}, example={name}"
    before = api.control("GET", "state")
    response = prefer(api, wanted, operation_id)
    assert (response.status_code, response.headers["preference-applied"]) == (code, wanted)
    operation = CONTRACT.operations()[operation_id]
    examples = CONTRACT.examples(CONTRACT.response(operation, code))
    if name is None:
        assert response.content == b""
    else:
        assert response.json() == examples[name]
    assert api.control("GET", "state") == before


def test_every_answer_with_a_body_has_an_example():
    """204, and nothing else, has none."""
    assert {status for _, status, name in OFFERED if name is None} == {"204"}


def test_a_code_alone_takes_the_first_example_and_an_example_alone_its_own_code(api):
    assert prefer(api, "code=400").json()["error"]["code"] == "pc_timeout_invalid"
    response = prefer(api, "example=callerId")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "pc_callerid_invalid")
    assert response.headers["preference-applied"] == "example=callerId"
    response = prefer(api, "example=serverError")
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal_server_error")


@pytest.mark.parametrize(
    "value",
    ['code="400"', "Code = 400", "code=400;x=1", "foo, code=400, code=200", "handling=lenient,code=400"],
)
def test_the_header_is_read_as_rfc_7240_has_it(api, value):
    assert prefer(api, value).status_code == 400


@pytest.mark.parametrize("value", ["return=minimal", "handling=strict", "", "dynamic=true"])
def test_other_preferences_change_nothing(api, value):
    response = prefer(api, value)
    assert response.status_code == 200
    assert "preference-applied" not in response.headers
    assert response.json()["phoneCallView"][0]["extension"] == "0003*024"


@pytest.mark.parametrize(
    ("query", "code"),
    [("__code=401", "access_denied"), ("__example=phoneCall", "pc_phonecall_invalid"),
     ("__code=400&__example=phoneCallView", "pc_phonecallview_invalid")],
)  # fmt: skip
def test_the_query_says_the_same(api, query, code):
    response = api("PUT", f"{PATH}?{query}", BODIES["PUT"])
    assert response.json()["error"]["code"] == code
    assert response.headers["preference-applied"] == query.replace("__", "").replace("&", ", ")


def test_the_header_wins_over_the_query(api):
    response = api("PUT", f"{PATH}?__code=200", BODIES["PUT"], headers={"Prefer": "code=401"})
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("code=302", ["no answer with status \"302\" for update_phone_call", "code=200 (retrieved, parked)",
                      "code=204 (no examples)", "any other from 400 to 599 (serverError)"]),
        ("code=teapot", ["no answer with status \"teapot\""]),
        ("code=99999999999999999999", ["no answer with status"]),
        ("example=nothing", ["no example \"nothing\" of update_phone_call under any status", "code=400 (timeout,"]),
        ("code=200, example=timeout", ["no example \"timeout\"", "with status 200", "code=400 (timeout,"]),
        ("wait=soon", ["wait is \"soon\"", "seconds from 0 to 3600"]),
        ("wait=-1", ["wait is"]),
        ("wait=nan", ["wait is"]),
        ("code=<script>", ["no answer with status \"<script>\""]),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_with_what_is(api, error_of, value, words):
    response = prefer(api, value)
    assert error_of(response) == (400, "request_invalid")
    assert "preference-applied" not in response.headers
    for each in words:
        assert each in response.json()["error"]["message"]
    assert api.unpark().status_code == 200


def test_a_request_that_is_refused_anyway_is_refused_first(api, error_of):
    assert error_of(prefer(api, "code=200", token=None)) == (401, "access_denied")
    response = api("PUT", PATH, {**BODIES["PUT"], "waitForPickup": 0}, headers={"Prefer": "code=501"})
    assert error_of(response) == (400, "pc_timeout_invalid")


def test_the_journal_says_that_it_was_preferred(api):
    prefer(api, "code=400, wait=0")
    (entry,) = api.control("GET", "journal")["entries"]
    assert (entry["preference"], entry["events"]) == ("code=400, wait=0", [])


@pytest.mark.parametrize(("value", "status"), [("wait=30", 200), ("wait=30, code=401", 401)])
def test_wait_holds_the_answer_back_on_the_clock_of_the_session(api, runner, value, status):
    async def ask():
        transport = httpx.ASGITransport(app=api.mock)
        headers = {"Authorization": "Bearer mock.default.12", "Prefer": value}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            answer = asyncio.ensure_future(client.put(PATH, json=BODIES["PUT"], headers=headers))
            for seconds in (29, 1):
                assert not answer.done()
                for _ in range(50):
                    await asyncio.sleep(0)
                await client.post("/_mock/clock/advance", json={"seconds": seconds})
            return await answer

    response = runner.run(ask())
    assert (response.status_code, response.headers["preference-applied"]) == (status, value_in_order(value))


def value_in_order(value):
    return ", ".join(sorted(value.split(", ")))


def test_the_examples_are_valid():
    for operation_id, status, name in OFFERED:
        if name is None:
            continue
        code = 599 if status == "default" else int(status)
        operation = CONTRACT.operations()[operation_id]
        schema = CONTRACT.response_schema(operation, code)
        value = CONTRACT.examples(CONTRACT.response(operation, code))[name]
        jsonschema_rs.Draft4Validator(dict(schema)).validate(value)
