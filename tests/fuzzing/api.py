"""Lets schemathesis loose on both sides of the mock: `python -m tests.fuzzing.api [--seeds N] [--examples N]`.

All its phases, for each seed; the mock is a process of its own. Ends with 1 where an answer was a server's error, had a
status that is told of nowhere, or did not fit its document.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import yaml

from callpark_spec import openapi_document
from mockserver.control.document import control_document
from tests.fuzzing.checks import PARAMETER

HERE = Path(__file__).parent
SIDES = {
    "vendor": ("/uapi", "--exclude-path", "/oauth/token.php"),
    "token": ("", "--include-path", "/oauth/token.php"),
    "control": ("", "--exclude-path", "/_mock/events"),
}
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,documented_status"
)

SETTINGS = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 501, 503]
"""


@contextmanager
def mock():
    """Yields the URL of a mock in another process."""
    code = (
        "from mockserver.app import build; from mockserver.serving.server import serve;"
        " from mockserver.settings import Settings;"
        " serve(build(Settings(clock='x1000')), on_ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def fuzz(side, url, *, seed, examples, folder, phases="examples,coverage,fuzzing,stateful"):
    """What schemathesis comes to, a process that has ended; its output tells what was wrong."""
    document = control_document() if side == "control" else openapi_document()
    prefix, *paths = SIDES[side]
    written = folder / f"{side}.yaml"
    written.write_text(yaml.safe_dump(document), encoding="utf-8")
    settings = folder / "schemathesis.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", settings, "run", written,
        "--url", f"{url}{prefix}", *paths,
        "--seed", seed, "--max-examples", examples, "--phases", phases, "--checks", CHECKS,
        "--continue-on-failure", "--warnings", "off",
        "--header", "Authorization: Bearer mock.default.12", "--generation-database", "none", "--no-color",
    ]  # fmt: skip
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzzing.checks", PARAMETER: side}
    root = HERE.parents[1]
    return subprocess.run(
        list(map(str, command)), cwd=folder, env={**environment, "PYTHONPATH": str(root)},
        capture_output=True, text=True,
    )  # fmt: skip


def main():
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--examples", type=int, default=200)
    wanted = options.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, mock() as url:
        for seed in range(1, wanted.seeds + 1):
            for side in SIDES:
                print(f"== {side}, seed {seed}", flush=True)
                done = fuzz(side, url, seed=seed, examples=wanted.examples, folder=Path(folder))
                print(done.stdout[-4_000:], done.stderr[-2_000:], flush=True)
                failed |= done.returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
