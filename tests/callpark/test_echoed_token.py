"""A check of a target that says its token back: the token is in no file and not on the screen."""

import base64
import json
import threading
from http.server import ThreadingHTTPServer
from urllib.parse import quote

import pytest

from callpark.formats import FILES
from tests.servers.parrot import Parrot

TOKEN = "s3cr3t/t0ken+of.user=12"
SPELLINGS = (TOKEN, quote(TOKEN, safe=""), base64.b64encode(TOKEN.encode()).decode())


@pytest.fixture
def parrot():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Parrot)
    server.heard = set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_token_is_nowhere(parrot, tmp_path, monkeypatch, capfd):
    from callpark.command_line import main

    calls = [{"userId": "12", "extension": "0003*210", "phoneCallId": f"{n:020x}", "phoneCallViewId": "01"}
             for n in range(40)]  # fmt: skip
    (tmp_path / "calls.json").write_text(json.dumps({"calls": calls}))
    (tmp_path / "profile.yaml").write_text(
        f"name: a parrot\ntoken_env: CALLPARK_TOKEN\ninventory: {tmp_path / 'calls.json'}\n"
        "not_offered: [list, other_token, expired_token]\nsettle: 0.1\n"
    )
    monkeypatch.setenv("CALLPARK_TOKEN", TOKEN)
    out = tmp_path / "out"
    url = "http://{}:{}".format(*parrot.server_address)
    formats = [word for name in FILES for word in ("--format", name)]
    with pytest.raises(SystemExit):
        main(["check", url, "--profile", str(tmp_path / "profile.yaml"), "--rung", "inventory",
              "--clause", "failure", "--clause", "access", "--out", str(out), *formats])  # fmt: skip
    assert f"Bearer {TOKEN}" in parrot.heard
    written = {path.name: path.read_bytes().decode() for path in out.iterdir()}
    assert set(written) == {*FILES.values(), "record.ndjson"}
    assert "${token}" in written["record.ndjson"]
    for name, text in {**written, "the screen": "".join(capfd.readouterr())}.items():
        for spelling in SPELLINGS:
            assert spelling not in text.replace("\\/", "/"), name
