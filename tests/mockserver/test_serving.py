"""Servers on real sockets: a free port, a taken port, and the end of a process."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from mockserver.app import build
from mockserver.serving.server import running, serve

PROCESS = """
from mockserver.app import build
from mockserver.serving.server import serve
serve(build(), on_ready=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


def health(url):
    with urllib.request.urlopen(f"{url}/_mock/health") as response:
        return json.load(response)["status"]


def test_a_mock_in_the_background_answers_on_a_free_port():
    with running(build()) as first, running(build()) as second:
        assert first != second
        assert health(first) == health(second) == "ready"
    with pytest.raises(OSError, match="refused"):
        health(first)


def test_the_end_does_not_wait_for_open_connections():
    with running(build()) as url:
        port = int(url.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
        half = socket.create_connection(("127.0.0.1", port))
        half.sendall(b"PUT /uapi/phoneCalls/1/2/3 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        assert health(url) == "ready"
    with idle, half:
        for connection in (idle, half):
            connection.settimeout(5)
            assert ended(connection)


def ended(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_taken_port_is_said_to_be_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            serve(None, port=port)
        with pytest.raises(OSError, match="cannot listen"), running(None, port=port):
            pass


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_process_at_once_and_quietly(ending):
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROCESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = process.stdout.readline().strip()
    assert health(url) == "ready"
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):
        process.send_signal(ending)
        out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_the_header_name_is_written_as_the_vendors_demo_app_looks_for_it():
    with running(build()) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /uapi/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b"\r\nContent-Type: application/json\r\n" in answer
    assert b"\r\nserver:" not in answer.lower()
