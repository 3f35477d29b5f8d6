"""What was measured, to the version."""

import json
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from peers import NPM, VENV, Peer

_PACKAGES: Final = {
    "Prism": "@stoplight/prism-cli",
    "Prism, its log off": "@stoplight/prism-cli",
    "Mockoon": "@mockoon/cli",
    "WireMock": "wiremock",
    "WireMock, matching payloads": "wiremock",
    "json-server": "json-server",
}
_DISTRIBUTIONS: Final = {"FastAPI": "fastapi", "connexion": "connexion", "bare uvicorn": "uvicorn"}


def version_of(peer: Peer) -> str:
    if package := _PACKAGES.get(peer.name):
        return str(json.loads((NPM / package / "package.json").read_text(encoding="utf-8"))["version"])
    if distribution := _DISTRIBUTIONS.get(peer.name):
        asked = f"from importlib.metadata import version; print(version({distribution!r}))"
        return _said(str(VENV / "bin" / "python"), "-c", asked)
    return version("callpark")


def versions() -> dict[str, Any]:
    """The machine and what all of them run on."""
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "processor": processor[1] if processor else platform.processor(),
        "cores": os.cpu_count(),
        "loadBefore": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "node": _said("node", "--version"),
        "java": _said("java", "--version").partition("\n")[0],
        "wrk": _said("wrk", "--version").partition(" Copyright")[0],
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
    }


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    return (done.stdout or done.stderr).strip()


if __name__ == "__main__":
    json.dump(versions(), sys.stdout, indent=2)
