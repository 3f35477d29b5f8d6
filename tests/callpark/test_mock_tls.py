"""`callpark mock --tls` and `--certfile`: what it says of trust holds for curl, Node and Python."""

import json
import os
import re
import ssl
import subprocess
import sys
import urllib.request

import pytest
import trustme

CALL = "/uapi/phoneCalls/12/0003*210/b817d2618fe6f1804333"
TOKEN = {"Authorization": "Bearer mock.default.12"}


def exported(mock):
    """The variables of the lines that say how to have the certificate trusted."""
    lines = [line.strip() for line in mock.lines if line.strip().startswith("export ")]
    return dict(word.split("=", 1) for line in lines for word in line.split("#")[0].split()[1:])


def run(*words, **environment):
    return subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, **environment}, timeout=30
    )


@pytest.mark.curl
def test_the_lines_it_prints_work_when_pasted(start_mock):
    mock = start_mock("--tls")
    assert mock.url.startswith("https://127.0.0.1:")
    unpark, reset = mock.pasted
    for line, status in ((unpark, "200"), (unpark, "204"), (reset, "200")):
        done = run("bash", "-c", f"{line} -o /dev/null -w '%{{http_code}}'")
        assert (done.stdout, done.stderr) == (status, "")


@pytest.mark.curl
def test_curl_trusts_it_by_the_variable_and_not_without(start_mock):
    mock = start_mock("--tls")
    words = (
        "curl",
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        mock.url + CALL,
        "-H",
        "Authorization: Bearer mock.default.12",
    )
    assert run(*words, CURL_CA_BUNDLE=exported(mock)["CURL_CA_BUNDLE"]).stdout == "200"
    without = run(*words)
    assert without.returncode == 60
    assert "certificate" in without.stderr


def test_python_trusts_it_by_the_variables(start_mock):
    mock = start_mock("--tls")
    program = (
        "import sys, urllib.request, httpx, requests\n"
        "url, headers = sys.argv[1], {'Authorization': 'Bearer mock.default.12'}\n"
        "with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer: print(answer.status)\n"
        "print(httpx.get(url, headers=headers).status_code)\n"
        "print(requests.get(url, headers=headers).status_code)\n"
    )
    done = run(sys.executable, "-W", "ignore", "-c", program, mock.url + CALL, **exported(mock))
    assert done.stdout.split() == ["200", "200", "200"], done.stderr


@pytest.mark.node
def test_node_trusts_it_by_the_variable(start_mock):
    mock = start_mock("--tls")
    program = (
        f"fetch('{mock.url}{CALL}', {{headers: {{Authorization: 'Bearer mock.default.12'}}}})"
        ".then(answer => console.log(answer.status), error => console.log(error.cause.code))"
    )
    assert run("node", "-e", program, **exported(mock)).stdout.strip() == "200"
    assert run("node", "-e", program).stdout.strip() != "200"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_the_certificate_is_for_this_machine(start_mock, tmp_path, name):
    mock = start_mock("--tls", "--ca-file", "ca.pem")
    context = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    request = urllib.request.Request(mock.url.replace("127.0.0.1", name) + CALL, headers=TOKEN)
    with urllib.request.urlopen(request, context=context) as answer:
        assert f'"self":"https://{name}:'.encode() in answer.read()
    assert str(tmp_path / "ca.pem") in exported(mock)["CURL_CA_BUNDLE"]


def test_the_temporary_file_goes_with_the_mock(start_mock):
    mock = start_mock("--tls")
    file = exported(mock)["CURL_CA_BUNDLE"]
    assert os.path.exists(file)  # noqa: PTH110  # it is a word of a printed line
    assert mock.end().status == 0
    assert not os.path.exists(file)  # noqa: PTH110
    pem = re.compile("PRIVATE KEY")
    assert not [line for line in mock.lines if pem.search(line)]


@pytest.fixture
def files(tmp_path):
    """A certificate, its key, both in one file, another's key, and a key with a pass phrase."""
    authority = trustme.CA()
    leaf, other = authority.issue_cert("127.0.0.1"), authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    other.private_key_pem.write_to_path(tmp_path / "other.pem")
    (tmp_path / "nothing.pem").write_text("nothing\n", encoding="utf-8")
    locked = ["openssl", "pkey", "-in", "key.pem", "-aes256", "-passout", "pass:secret", "-out", "locked.pem"]
    subprocess.run(locked, check=True, capture_output=True, cwd=tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [("--certfile", "cert.pem", "--keyfile", "key.pem"), ("--certfile", "both.pem")]
)
def test_a_certificate_of_ones_own_is_served(start_mock, files, arguments):
    mock = start_mock(*arguments)
    assert exported(mock) == {}
    context = ssl.create_default_context(cafile=files / "ca.pem")
    with urllib.request.urlopen(
        urllib.request.Request(mock.url + CALL, headers=TOKEN), context=context
    ) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--certfile", "nothing.pem"), "nothing.pem does not hold a certificate that can be used with its key"),
        (("--certfile", "cert.pem"), "cert.pem does not hold a certificate that can be used with its key"),
        (("--certfile", "cert.pem", "--keyfile", "other.pem"), "with the key in other.pem (KEY_VALUES_MISMATCH)"),
        (("--certfile", "cert.pem", "--keyfile", "locked.pem"), "the key in locked.pem has a pass phrase"),
        (("--certfile", "absent.pem"), "absent.pem"),
        (("--certfile", "both.pem", "--tls"), "give one of the two"),
        (("--keyfile", "key.pem"), "--keyfile is of no use without --certfile"),
        (("--ca-file", "ca.pem"), "--ca-file is of no use without --tls"),
        (("--tls", "--ca-file", "no/folder/ca.pem"), "no/folder/ca.pem: No such file or directory"),
    ],
)  # fmt: skip
def test_a_certificate_that_cannot_be_used_is_status_2(callpark, files, arguments, message):
    done = callpark("mock", "--port", 0, *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.curl
@pytest.mark.parametrize("trust", [("--cacert", "its ca.pem"), ("--insecure",)])
def test_the_lines_that_a_check_prints_trust_it_as_the_check_did(callpark, start_mock, tmp_path, trust):
    mock = start_mock("--tls", "--ca-file", "its ca.pem", "--defect", "zero-timeout-accepted")
    done = callpark("check", mock.url, *trust, "--clause", "failure/timeout/not-positive", "--quiet")
    assert done.status == 1
    text = (tmp_path / "callpark-report" / "record.ndjson").read_text(encoding="utf-8")
    record = [json.loads(line) for line in text.splitlines()]
    scripts = [line["reproduce"] for line in record if line.get("verdict") == "fail"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for script in scripts:
        shown = subprocess.run(
            ["sh", "-c", "\n".join(script)], capture_output=True, text=True, cwd=elsewhere, timeout=30
        )
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "HTTP/1.1 200" in shown.stdout


def test_the_checker_trusts_it_with_cacert(callpark, start_mock, tmp_path):
    mock = start_mock("--tls", "--ca-file", "ca.pem")
    few = ("--clause", "failure/timeout", "--quiet")
    assert callpark("check", mock.url, "--cacert", "ca.pem", *few).status == 0
    refused = callpark("check", mock.url, *few)
    assert refused.status == 3
    assert "certificate" in refused.err
