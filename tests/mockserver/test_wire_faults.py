"""Wire faults on a real socket: what a client sees, and what has happened to the call."""

import asyncio
import contextlib
import json
import socket

import httpx
import jsonschema_rs
import pytest

import callpark_spec
from mockserver.app import build
from mockserver.connection.line import LineDropped
from mockserver.serving.server import running
from mockserver.settings import Settings
from mockserver.wire_faults.fault import ON_BODY, Fault

CALL = "b817d2618fe6f1804333"
PATH = f"/uapi/phoneCalls/12/0003*210/{CALL}"
ORDER = {"action": "UnPark", "sendCallTo": "0003*024", "phoneCallViewId": "01"}


@pytest.fixture(scope="module")
def url():
    with running(build(Settings(seed=7))) as url:
        yield url


class Wire:
    def __init__(self, url, session):
        self.url, self.session = url, session
        self.headers = {"Authorization": f"Bearer mock.{session}.12"}
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=30)
        # Beside the wire: a connection that a fault has spoilt is no business of the control plane's.
        self.beside = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def control(self, method, path, body=None):
        named = {"X-Callpark-Session": self.session}
        answer = self.beside.request(method, f"/_mock/{path}", json=body, headers=named)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, **settings):
        return self.control("POST", "faults", settings)

    def unpark(self):
        return self.client.put(PATH, json=ORDER, headers=self.headers)

    def retried(self):
        """On a connection of its own."""
        return httpx.put(f"{self.url}{PATH}", json=ORDER, headers=self.headers, trust_env=False)

    def listed(self):
        return self.client.get(PATH, headers=self.headers)

    def is_parked(self):
        """Asked beside the wire, so that no fault is in the way."""
        (call,) = self.control("GET", "state")["calls"]
        return any(view["parking"] for view in call["views"])

    def exchanges(self):
        return [each for each in self.control("GET", "journal")["entries"] if each["kind"] == "exchange"]

    def raw(self):
        """Every byte of the answer, up to the end of the connection."""
        port = int(str(self.client.base_url).rstrip("/").rpartition(":")[2])
        body = json.dumps(ORDER)
        request = (
            f"PUT {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {self.headers['Authorization']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(request.encode())
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        return received


@pytest.fixture
def wire(url, request):
    name = "".join(each if each.isalnum() else "-" for each in request.node.name)[-60:]
    wire = Wire(url, name)
    with wire.client, wire.beside:
        yield wire


@pytest.mark.parametrize(("strikes", "is_parked"), [("before", True), ("after", False)])
@pytest.mark.parametrize("fault", ["EMPTY_RESPONSE", "CONNECTION_RESET_BY_PEER"])
def test_a_lost_answer_leaves_the_call_as_it_says(wire, fault, strikes, is_parked):
    wire.fault(fault=fault, strikes=strikes, times=1)
    with pytest.raises(httpx.RemoteProtocolError if fault == "EMPTY_RESPONSE" else httpx.ReadError):
        wire.unpark()
    assert wire.is_parked() is is_parked
    assert wire.unpark().status_code == (200 if is_parked else 204)


def test_a_reset_is_a_reset(wire):
    wire.fault(fault="CONNECTION_RESET_BY_PEER")
    with pytest.raises(ConnectionResetError):
        wire.raw()


def test_no_byte_comes_of_an_empty_response(wire):
    wire.fault(fault="EMPTY_RESPONSE")
    assert wire.raw() == b""


def test_random_data_is_no_http_and_the_same_for_the_same_seed(wire):
    wire.fault(fault="RANDOM_DATA_THEN_CLOSE")
    first = wire.raw()
    assert len(first) == 64
    assert not first.startswith(b"HTTP")
    wire.control("DELETE", "faults")
    wire.fault(fault="RANDOM_DATA_THEN_CLOSE")
    assert wire.raw() == first
    with pytest.raises(httpx.RemoteProtocolError):
        wire.unpark()


@pytest.mark.parametrize(("strikes", "is_parked"), [("before", True), ("after", False)])
def test_a_malformed_chunk_follows_a_status(wire, strikes, is_parked):
    wire.fault(fault="MALFORMED_RESPONSE_CHUNK", strikes=strikes)
    assert wire.raw().startswith(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(httpx.RemoteProtocolError):
        wire.listed()
    assert wire.is_parked() is is_parked


def test_half_a_body_comes_and_then_the_end(wire):
    honest = wire.listed().content
    wire.fault(fault="TRUNCATED_BODY")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        wire.listed()
    head, _, body = wire.raw().partition(b"\r\n\r\n")
    announced = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert 0 < len(body) == announced // 2 < len(honest)


def test_a_wrong_length_announces_half_and_sends_all(wire):
    wire.fault(fault="WRONG_CONTENT_LENGTH")
    head, _, body = wire.raw().partition(b"\r\n\r\n")
    announced = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert announced == len(body) // 2
    assert json.loads(body)["id"] == CALL
    with pytest.raises(json.JSONDecodeError):
        wire.listed().json()


def test_malformed_json_is_otherwise_an_answer(wire):
    wire.fault(fault="MALFORMED_JSON")
    answer = wire.listed()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_wrong_content_type_comes_with_the_right_body(wire):
    honest = wire.listed()
    wire.fault(fault="WRONG_CONTENT_TYPE")
    answer = wire.listed()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.json() == honest.json()


def differences(one, other, at=""):
    if type(one) is not type(other) or not isinstance(one, dict | list):
        return [] if one == other and type(one) is type(other) else [at]
    if isinstance(one, list):
        if len(one) != len(other):
            return [at]
        return [place for a, b in zip(one, other, strict=True) for place in differences(a, b, f"{at}/_")]
    names = one.keys() | other.keys()
    return [
        place
        for name in names
        for place in (
            differences(one[name], other[name], f"{at}/{name}") if name in one and name in other else [name]
        )
    ]


@pytest.mark.parametrize("path", [PATH, PATH.rpartition("/")[0], "/uapi/nowhere", f"{PATH[:-1]}*"])
def test_a_schema_violation_is_one_place_that_the_document_refuses(wire, path):
    document = callpark_spec.openapi_document()
    kind = "ListedPhoneCall" if path.startswith(PATH[:-1]) and not path.endswith("*") else None
    kind = kind or ("PhoneCallCollection" if path == PATH.rpartition("/")[0] else "Error")
    schema = {"$ref": f"#/components/schemas/{kind}", "components": document["components"]}
    validator = jsonschema_rs.Draft4Validator(schema)
    honest = wire.client.get(path, headers=wire.headers).json()
    assert validator.is_valid(honest)
    wire.fault(fault="SCHEMA_VIOLATION")
    seen = set()
    for _ in range(8):
        broken = wire.client.get(path, headers=wire.headers).json()
        assert not validator.is_valid(broken)
        assert len(differences(honest, broken)) == 1
        seen.add(json.dumps(broken))
    assert len(seen) > 1


@pytest.mark.parametrize(("fault", "status"), [("TOO_MANY_REQUESTS", 429), ("SERVICE_UNAVAILABLE", 503)])
def test_come_back_later_comes_before_any_effect(wire, fault, status):
    wire.fault(fault=fault, retryAfter=7, times=1)
    answer = wire.unpark()
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert answer.json()["error"]["code"] == fault.lower()
    assert wire.is_parked()
    assert wire.unpark().status_code == 200


def test_without_retry_after_none_is_said(wire):
    wire.fault(fault="SERVICE_UNAVAILABLE")
    assert "retry-after" not in wire.unpark().headers


@pytest.mark.parametrize("fault", sorted(ON_BODY))
def test_an_answer_without_a_body_passes_and_uses_nothing_up(wire, fault):
    wire.unpark()
    wire.fault(fault=fault, times=1)
    assert wire.unpark().status_code == 204
    (shown,) = wire.control("GET", "faults")["faults"]
    assert (shown["seen"], shown["struck"], shown["isSpent"]) == (1, 0, False)
    assert wire.exchanges()[-1]["faults"] == []


def test_a_dribble_is_the_right_answer_in_pieces(wire):
    honest = wire.listed().json()
    wire.fault(chunkedDribbleDelay={"numberOfChunks": 5, "totalDuration": 5})
    with wire.client.stream("GET", PATH, headers=wire.headers) as answer:
        assert json.loads(b"".join(answer.iter_raw())) == honest
    assert wire.exchanges()[-1]["faults"] == ["fault-1: DRIBBLE"]


def test_the_mock_goes_on_after_every_fault(wire, capfd):
    for fault in Fault:
        wire.fault(fault=fault, times=1)
        with contextlib.suppress(httpx.TransportError):
            wire.unpark()
        wire.control("POST", "reset")
        assert wire.retried().status_code == 200
        wire.control("POST", "reset")
    assert capfd.readouterr().err == ""


def test_a_web_page_on_this_machine_may_read_what_is_wrong(wire):
    wire.fault(fault="SERVICE_UNAVAILABLE", retryAfter=7)
    answer = wire.client.get(PATH, headers={**wire.headers, "Origin": "http://localhost:3000"})
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert {"retry-after", "x-callpark-explain", "preference-applied"} <= set(exposed.split(", "))


def test_in_one_process_a_broken_connection_is_an_error_of_its_own():
    mock = build(Settings(clock="manual"))

    async def ask():
        transport = httpx.ASGITransport(app=mock)
        headers = {"Authorization": "Bearer mock.mine.12"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.post(
                "/_mock/faults",
                json={"fault": "EMPTY_RESPONSE", "strikes": "after", "times": 1},
                headers={"X-Callpark-Session": "mine"},
            )
            with pytest.raises(LineDropped, match="as it was asked to"):
                await client.put(PATH, json=ORDER, headers=headers)
            return await client.put(PATH, json=ORDER, headers=headers)

    assert asyncio.run(ask()).status_code == 204
