"""A printed line, pasted into a shell, sends what the checker sent."""

import subprocess

import pytest

from contract_tests.cases import all_cases
from contract_tests.draft import Setting, listing
from contract_tests.exchange import Request
from contract_tests.reproduction import asking_for_headers, curl

NASTY = [
    Request(method="PUT", target="/x", body=b"\xff\xfe\x00binary"),
    Request(method="PUT", target="/x", body=b'it\'s "quoted" $HOME `id` \\ !'),
    Request(method="PUT", target="/x", body=b"@/etc/passwd"),
    Request(method="PUT", target="/x", body=b"line\nline\r\n"),
    Request(method="PUT", target="/x", body=b""),
    Request(method="DELETE", target="/a'b%27[1-3]{a,b}/../c"),
    Request(method="GET", target="/x", headers=(("X-Odd", 'a\'b "c" $HOME `id`'), ("X-Odd", "again"))),
    Request(method="PUT", target="/x", headers=(("X-Odd", '"$` ${token}\\'),), body="Zoë".encode()),
    listing("12", "0003*210", "b817d2618fe6f1804333"),
]
OWN = {"host", "user-agent", "content-length", "accept", "accept-encoding", "connection"}


def sent_by(lines, server, tmp_path):
    server.requests.clear()
    subprocess.run(
        ["sh", "-c", lines],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        timeout=30,
        env={"PATH": "/usr/bin:/bin", "CALLPARK_TOKEN": "s3cret", "HOME": "/nowhere"},
    )
    return [parsed(*request) for request in server.requests]


def parsed(head, body):
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in rest if line]
    return first.rsplit(" ", 1)[0], [(n, v) for n, v in headers if n.lower() not in OWN], body


def as_sent(request):
    headers = [(n, v.replace("${token}", "s3cret")) for n, v in request.headers if n.lower() not in OWN]
    return f"{request.method} {request.target}", headers, request.body or b""


@pytest.mark.curl
@pytest.mark.parametrize("request_", NASTY, ids=range(len(NASTY)))
def test_a_line_sends_method_target_headers_and_body_byte_for_byte(raw_server, tmp_path, request_):
    server = raw_server()

    assert sent_by(curl(request_, server.url), server, tmp_path) == [as_sent(request_)]


@pytest.mark.curl
def test_the_lines_of_every_case_send_its_request(raw_server, tmp_path, world, call, witness):
    server = raw_server()
    setting = Setting(world=world, call=call, witness=witness)
    requests = [case.request(setting) for case in all_cases()]
    requests = [each for each in requests if "${other" not in repr(each) and "${expired" not in repr(each)]
    lines = "\n".join(curl(each, server.url) for each in requests)

    assert sent_by(lines, server, tmp_path) == [as_sent(each) for each in requests]


def test_secrets_are_variables_of_the_shell():
    line = curl(
        Request(method="GET", target="/", headers=(("Authorization", "Bearer ${token}"),)), "http://h"
    )

    assert '-H "Authorization: Bearer $CALLPARK_TOKEN"' in line
    assert "${" not in line


def test_the_shell_says_which_secret_of_a_header_nobody_has_set():
    key = Request(method="GET", target="/", headers=(("X-Api-Key", "${header_x_api_key}"),))
    lines = [curl(key, "http://h"), curl(key, "http://h")]
    (asked,) = asking_for_headers(lines)

    def run(**environment):
        return subprocess.run(
            ["sh", "-c", f"{asked}\necho went on"], capture_output=True, text=True, env=environment
        )

    assert "went on" not in run().stdout
    assert "header_x_api_key: set it to the secret that --header had" in run().stderr
    assert run(header_x_api_key="s3cret").stdout == "went on\n"
    assert asking_for_headers([curl(NASTY[0], "http://h")]) == ()


def test_a_line_is_one_line_where_it_can_be():
    assert "\n" not in curl(NASTY[0], "http://h")
