"""Certificates are held against what the user trusts, and a client certificate is shown to who asks for one."""

import http.server
import ssl
import subprocess
import threading

import pytest
from click.testing import CliRunner

from callpark.command_line import group


class _NotFound(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"error": {"code": "access_denied", "message": "no"}}'
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        return


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody signed, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            cert,
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )
    both = folder / "both.pem"
    both.write_text(cert.read_text() + key.read_text())
    return both


@pytest.fixture
def secure_server(certificate):
    """An https server that refuses every token; yields its URL and its TLS context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _NotFound)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", context
    server.shutdown()
    server.server_close()
    thread.join()


def _check(*words, tmp_path):
    arguments = [
        "check",
        *map(str, words),
        "--token",
        "some-token",
        "--quiet",
        "--out",
        str(tmp_path / "out"),
    ]
    return CliRunner().invoke(group, arguments, standalone_mode=False)


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_server, tmp_path):
    """Without --cacert the check ends in one line that names the certificate, and sends no token."""
    url, _ = secure_server

    result = _check(url, tmp_path=tmp_path)

    assert result.return_value == 3
    assert "certificate" in result.output.lower()


def test_a_trusted_certificate_is_accepted(secure_server, certificate, tmp_path):
    """With --cacert the connection stands, and what is refused is the token."""
    url, _ = secure_server

    result = _check(url, "--cacert", certificate, tmp_path=tmp_path)

    assert "does not accept the token" in result.output


def test_insecure_takes_any_certificate(secure_server, tmp_path):
    """--insecure asks nobody."""
    url, _ = secure_server

    result = _check(url, "--insecure", tmp_path=tmp_path)

    assert "does not accept the token" in result.output


def test_a_client_certificate_is_shown_to_who_asks(secure_server, certificate, tmp_path):
    """A server that demands one is reached with --cert, and not without."""
    url, context = secure_server
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate)

    without = _check(url, "--cacert", certificate, tmp_path=tmp_path)
    with_one = _check(url, "--cacert", certificate, "--cert", certificate, tmp_path=tmp_path)

    assert without.return_value == 3
    assert "does not accept the token" not in without.output
    assert "does not accept the token" in with_one.output


def test_a_file_that_holds_no_certificate_is_named(secure_server, tmp_path):
    """A usage error, not a traceback."""
    url, _ = secure_server
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("not a certificate\n")

    result = _check(url, "--cacert", nothing, tmp_path=tmp_path)

    assert "nothing.pem holds no certificate" in str(result.exception)
