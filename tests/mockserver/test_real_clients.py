"""The published clients' own requests, byte for byte as they make them, over http and over TLS.

Each test is one client: what it sends (its slashes, header spellings, encodings and bodies) and what it reads of the
answers. The facts are from their sources; a client that could not live with an answer fails here.
"""

import json
import re
from contextlib import contextmanager
from urllib.parse import quote_plus, urlsplit

import pytest

from mockserver.app import build
from mockserver.connection.certificates import made_for
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.variants import policy_with
from tests.mockserver.raw_client import Wire

CALL = "b817d2618fe6f1804333"
FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
GRANT = "grant_type=client_credentials"


@pytest.fixture(scope="module", params=["http", "https"])
def serve(request):
    """Serves a mock over the scheme at hand."""

    @contextmanager
    def serving(**settings):
        app = build(Settings(clock="manual", **settings))
        if request.param == "http":
            with running(app) as url:
                yield Wire(url, None)
        else:
            with made_for("127.0.0.1") as tls, running(app, tls=tls.context) as url:
                yield Wire(url, tls.ca_file)

    return serving


@pytest.fixture(scope="module")
def wire(serve):
    """One mock for all clients: each has a session of its own."""
    with serve() as wire:
        yield wire


def bearer(token):
    return f"Authorization: Bearer {token}"


def test_the_vendors_mcp_client(wire):
    """Slashes at the end of every path, Content-Type on every request, no redirects, JSON in every answer."""
    answer = wire(
        "POST",
        "/oauth/token.php",
        FORM,
        "User-Agent: VoipNow Calls MCP/1.0.0",
        body=f"{GRANT}&client_id=mcp-client.12&client_secret=s3cret&redirect_uri={quote_plus('https://127.0.0.1/ouath/token.php')}"
        "&type=unifiedapi",
    )
    token = answer.json
    assert answer.status == 200
    assert re.fullmatch(r"[a-zA-Z0-9_.-]{10,}", token["access_token"])
    assert token["expires_in"] * 1000 > 300 * 1000
    headers = (JSON, "User-Agent: VoipNow Calls MCP/1.0.0", bearer(token["access_token"]))

    def ask(method, target, body=None):
        said = wire(method, target, *headers, body=json.dumps(body) if body else b"")
        assert 200 <= said.status < 300, said.body
        return said.json  # what throws on an empty body

    # parked in the documented world: find the view by the extension, and retrieve it
    path = f"/uapi/phoneCalls/@me/0003*210/{CALL}/"
    listed = ask("GET", f"{path}?count=20&startIndex=0")
    assert (listed["totalResults"], listed["itemsPerPage"]) == (1, 1)
    (view,) = [view for view in listed["entry"][0]["phoneCallView"] if view["extension"] == "0003*210"]
    order = {
        "action": "UnPark",
        "phoneCallViewId": view["id"],
        "sendCallTo": "0003*024",
        "waitForPickup": "25",
    }
    assert ask("PUT", path, order)["id"] == CALL

    # a call of its own: placed, parked by the other party's view, seen parked, retrieved, hung up
    placed = ask(
        "POST",
        "/uapi/phoneCalls/@me/simple/?waitForPickup=25&allowPublicTransfer=false",
        {
            "extension": "0003*210",
            "nonce": "mcp-1",
            "phoneCallView": [
                {"source": ["0003*210"], "destination": ["0003*211"], "callerId": "J <0003*210>"}
            ],
        },
    )
    call = placed[0]["id"]
    path = f"/uapi/phoneCalls/@me/0003*210/{call}/"
    views = ask("GET", f"{path}?count=20&startIndex=0")["entry"][0]["phoneCallView"]
    other = next(view for view in views if view["extension"] == "0003*211")
    ask("PUT", path, {"action": "Park", "phoneCallViewId": other["id"], "maxInParking": 180})
    query = f"count=20&startIndex=0&filterBy=id&filterOp=equals&filterValue={call}"
    query += "&fields=id,phoneCallView&sortOrder=ascending"
    (entry,) = ask("GET", f"/uapi/phoneCalls/@me/0003*210/?{query}")["entry"]
    assert set(entry) == {"id", "phoneCallView"}
    (parked,) = [view for view in entry["phoneCallView"] if "parked" in view]
    ask(
        "PUT",
        path,
        {
            "action": "UnPark",
            "phoneCallViewId": parked["id"],
            "sendCallTo": "0003*024",
            "waitForPickup": "25",
        },
    )
    assert ask("DELETE", path)[0]["id"] == call

    refused = wire("PUT", path, *headers, body=json.dumps(order))
    assert refused.status == 400
    assert set(refused.json["error"]) == {"code", "message"}
    foreign = wire("GET", "/uapi/phoneCalls/13/0003*310/?count=20&startIndex=0", *headers)
    assert foreign.status >= 400
    assert isinstance(foreign.json["error"], dict)


def test_the_vendors_mcp_client_with_a_wrong_secret(wire):
    answer = wire(
        "POST",
        "/oauth/token.php",
        FORM,
        body=f"{GRANT}&client_id=mcp-client.12&client_secret=wrong&type=unifiedapi",
    )
    assert answer.status >= 400
    assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("language", "extension"),
    [("python", "0003*210"), ("perl", "@self"), ("ruby", "@self"), ("php", "0003*210")],
)
def test_the_vendors_examples(wire, language, extension):
    """A form that begins with &, state=0, Content-type with a small t, plain strings for the parties, a bare Park."""
    answer = wire(
        "POST",
        "/oauth/token.php",
        "Content-type: application/x-www-form-urlencoded",
        body=f"&{GRANT}&redirect_uri=/token.php&client_id=example-{language}.12&client_secret=xyz&state=0",
    )
    headers = ("Content-type: application/json", bearer(answer.json["access_token"]))
    place = {
        "extension": "0003*210",
        "phoneCallView": [
            {"source": "0003*210", "destination": "0003*211", "callerId": "John Doe <4242425>"}
        ],
    }
    (placed,) = wire("POST", "/uapi/phoneCalls/@me/simple", *headers, body=json.dumps(place)).json
    prefix = "/unifiedapi" if language == "python" else "/uapi"
    path = f"{prefix}/phoneCalls/@me/{extension}/{placed['id']}"
    (view, *_) = wire("GET", path, *headers).json["entry"][0]["phoneCallView"]
    parked = wire("PUT", path, *headers, body=json.dumps({"action": "Park", "phoneCallViewId": view["id"]}))
    assert parked.json[0]["id"] == placed["id"]
    transfer = {"action": "Transfer", "sendCallTo": "0003*024", "phoneCallViewId": view["id"]}
    refused = wire("PUT", path, *headers, body=json.dumps(transfer))
    assert (refused.status, refused.json["error"]["code"]) == (501, "request_not_implemented")


def test_the_facebook_demo(serve):
    """A lone ? after every address, header lines without a blank, a secret that is encoded twice; 403 is its sign."""
    with serve(policy=policy_with(("unauthorized-403",))) as wire:
        form = f"{GRANT}&client_id=facebook.12&client_secret={quote_plus(quote_plus('a+b/c=='))}&state=0"

        def token():
            return wire(
                "POST", "/oauth/token.php?", "Content-Type:application/x-www-form-urlencoded", body=form
            ).json["access_token"]

        def headers(value):
            return ("Content-Type:application/json", f"Authorization:Bearer {value}")

        first = token()
        order = {
            "extension": "0003*210",
            "phoneCallView": [{"source": ["0003*210"], "destination": "0003*211"}],
        }
        placed = wire(
            "POST", "/unifiedapi/phoneCalls/@me/simple?", *headers(first), body=json.dumps(order)
        ).json
        link = urlsplit(placed[0]["links"]["self"])
        assert link.netloc == wire.url.netloc
        assert link.scheme == wire.url.scheme
        listed = wire("GET", f"{link.path}?", *headers(first)).json
        assert int(listed["entry"][0]["phoneCallView"][0]["status"]) in range(1, 6)
        wire.advance("facebook", 4000)
        over = wire("GET", f"{link.path}?", *headers(first))
        assert over.status == 403
        assert over.json["error"]["message"]
        assert wire("GET", f"{link.path}?", *headers(token())).status == 200


@pytest.mark.parametrize("encoding", ["url-encoded", "multipart"])
def test_the_click_to_call_demos(wire, encoding):
    """The answer's header Content-Type in this very case, split at colon and blank; one of them sends multipart."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": f"click-{encoding}.12",
        "client_secret": "s3cret",
        "state": "0",
    }
    if encoding == "multipart":
        parts = "".join(
            f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        answer = wire(
            "POST",
            "/oauth/token.php",
            "Content-Type: multipart/form-data; boundary=X",
            body=f"{parts}--X--\r\n",
        )
    else:
        answer = wire(
            "POST",
            "/oauth/token.php",
            FORM,
            body="&".join(f"{name}={value}" for name, value in fields.items()),
        )
    assert answer.status == 200
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    headers = (JSON, bearer(answer.json["access_token"]))
    order = {
        "extension": "0003*210",
        "phoneCallView": [{"source": ["0003*210", "0003*024"], "destination": ["0003*211"]}],
    }
    placed = wire("POST", "/unifiedapi/phoneCalls/@me/simple?", *headers, body=json.dumps(order))
    assert placed.headers["Content-Type"].split(";")[0] == "application/json"
    assert placed.json[0]["id"]
    refused = wire("POST", "/unifiedapi/phoneCalls/@me/simple?", *headers, body="{}")
    assert refused.headers["Content-Type"].split(";")[0] == "application/json"
    assert "error" in refused.json


def test_the_laravel_package(serve):
    """Answers to PUT and POST are read as arrays, success is 200 or 201, and pages are followed by their address."""
    with serve(policy=policy_with(("array-of-one",))) as wire:
        answer = wire(
            "POST",
            "/oauth/token.php",
            FORM,
            body=f"{GRANT}&client_id=laravel.12&client_secret=s3cret&type=unifiedapi",
        )
        assert answer.json["expires_in"] / 60 > 1
        headers = (JSON, bearer(answer.json["access_token"]))
        order = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}
        retrieved = wire("PUT", f"/uapi/phoneCalls/@me/@self/{CALL}", *headers, body=json.dumps(order))
        assert retrieved.status in (200, 201)
        assert retrieved.json[0]["id"] == CALL
        state = {"action": "setup", "state": "parked", "params": {"count": 24, "session": "laravel"}}
        assert wire("POST", "/_mock/states", JSON, body=json.dumps(state)).status == 200
        seen, address = [], "/uapi/phoneCalls/@me/@self"
        while address:
            page = wire("GET", address, *headers).json
            seen += [entry["id"] for entry in page["entry"]]
            following = urlsplit(page.get("paging", {}).get("next", ""))
            address = f"{following.path}?{following.query}" if following.path else ""
        assert len(seen) == len(set(seen)) == 25


def test_the_delphi_unit(wire):
    """Only 200 is success; a listing is over when totalResults is 0; its PickUp is the page's own broken JSON."""
    token = wire(
        "POST", "/oauth/token.php", FORM, body=f"{GRANT}&client_id=delphi.12&client_secret=s3cret"
    ).json["access_token"]
    headers = (JSON, bearer(token))
    order = {"action": "UnPark", "sendCallTo": "0003*024", "waitForPickup": "20", "phoneCallViewId": "01"}
    owned = f"/uapi/phoneCalls/@owner/@self/{CALL}"
    assert (
        wire("PUT", f"/uapi/phoneCalls/@me/0003*210/{CALL}", *headers, body=json.dumps(order)).status == 200
    )
    listed = wire("GET", owned, *headers).json
    assert int(str(listed["totalResults"]).strip('"')) == 1
    assert (
        listed["entry"][0]["phoneCallView"][0]["extension"],
        int(listed["entry"][0]["phoneCallView"][0]["status"]),
    ) == ("0003*024", 5)
    broken = (
        '{"action":"PickUp","sendCallTo":"0003*024","callerId:"John Doe <42420042>","phoneCallViewId":"01"}'
    )
    refused = wire("PUT", owned, *headers, body=broken)
    assert refused.status == 400
    assert refused.json["error"]["message"]
    assert wire("DELETE", owned, *headers).status == 200
    assert int(wire("GET", owned, *headers).json["totalResults"]) == 0


def test_the_telphin_helper(serve):
    """The older prefix, a slash at the end, a new token on 403; what the mock has not is an error in the envelope."""
    with serve(policy=policy_with(("unauthorized-403",))) as wire:
        form = f"{GRANT}&client_id=telphin.12&client_secret=s3cret&state=0"
        assert wire("GET", "/unifiedapi/phoneCalls/@me/@self/", bearer("stale")).status == 403
        token = wire("POST", "/oauth/token.php", FORM, body=form).json["access_token"]
        listed = wire("GET", "/unifiedapi/phoneCalls/@me/@self/", bearer(token)).json
        assert [entry["id"] for _, entry in enumerate(listed["entry"])] == [CALL]
        records = wire("GET", "/uapi/cdr/", bearer(token))
        assert (records.status, set(records.json)) == (404, {"error"})


def test_the_node_snippets(wire):
    """A token request in JSON, the header's value kept as one string, a call that is gone when entry is empty."""
    form = {"grant_type": "client_credentials", "client_id": "node-snippet.12", "client_secret": "s3cret"}
    answer = wire("POST", "/oauth/token.php", JSON, body=json.dumps(form)).json
    stored = f"Authorization: {answer['token_type']} {answer['access_token']}"
    path = f"/uapi/phoneCalls/12/@self/{CALL}"
    assert len(wire("GET", path, stored).json["entry"]) == 1
    assert wire("DELETE", path, stored).status == 200
    gone = wire("GET", path, stored).json
    assert "entry" not in gone or len(gone["entry"]) == 0


def test_the_modified_call_me_button(wire):
    """A new token on 401 and on 403 alike."""

    def token():
        return wire(
            "POST", "/oauth/token.php", FORM, body=f"{GRANT}&client_id=call-me.12&client_secret=s3cret"
        ).json["access_token"]

    stale = token()
    wire.advance("call-me", 3601)
    assert wire("GET", "/uapi/phoneCalls/@me/@self", bearer(stale)).status in (401, 403)
    assert wire("GET", "/uapi/phoneCalls/@me/@self", bearer(token())).status == 200


def test_the_token_in_the_query(wire):
    """Authentication and Authorization allows it: the value holds the word Bearer, too."""
    token = wire(
        "POST", "/oauth/token.php", FORM, body=f"{GRANT}&client_id=in-query.12&client_secret=s3cret"
    ).json["access_token"]
    for separator in ("%20", "+"):
        assert (
            wire("GET", f"/uapi/phoneCalls/@me/@self/?accessRequestToken=Bearer{separator}{token}").status
            == 200
        )
    assert wire("GET", f"/uapi/phoneCalls/@me/@self/?accessRequestToken={token}").status == 401
