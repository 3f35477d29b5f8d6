"""The demo: the vendor's own example against the mock, then the whole check, then what to try next."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from callpark.checking import run_check
from callpark.formats import USUAL
from callpark.run_id import new_run_id
from contract_tests.approach import approach
from contract_tests.check import Plan
from contract_tests.draft import Setting, documented, listing
from contract_tests.profile import mock_profile
from contract_tests.target import Target
from contract_tests.world import KnownCall
from mockserver.app import build
from mockserver.serving.server import running

DOCUMENTED = KnownCall(id="b817d2618fe6f1804333", user="12", extension="0003*210", view="01", views=("01",))


def demonstrate(folder: Path) -> int:
    """Runs the demo and returns the exit status of its check. Raises OSError where the folder cannot be written."""
    with running(build()) as url:
        click.echo(
            f"1. The mock serves at {url}/uapi, with the call of the vendor's page in the parking lot."
        )
        _tell_story(url)
        click.echo("4. Now the whole page, clause by clause:\n")
        run = new_run_id()
        approached = approach(url, run=run)
        checked = run_check(
            approached, Plan(profile=approached.profile, run=run), folder=folder, formats=USUAL
        )
    click.echo(f"\nThe report: {_path(checked.files, '.html')}")
    click.echo("Try next:   callpark mock                                   a phone system on your laptop")
    click.echo("            callpark check http://127.0.0.1:8080            judge it, or your own server")
    click.echo("            callpark mock --defect left-parked              see the check find a bug")
    click.echo("            callpark explain failure/timeout/not-positive   the sentence behind a verdict")
    return checked.exit_code


def _tell_story(url: str) -> None:
    profile = mock_profile("default")
    target = Target(url=url, secrets=profile.secrets, now=time.monotonic, sleep=time.sleep)
    before = _body(target, "before")
    click.echo(f"   Listed: {_told(before)}")
    request = documented(Setting(world=profile.world(), call=DOCUMENTED)).request()
    answer = target.exchange(request).response
    assert answer is not None
    click.echo(f"2. The page's own request, PUT {request.target}, is answered {answer.status}.")
    click.echo(f"3. Listed again: {_told(_body(target, 'after'))}")
    target.close()


def _body(target: Target, role: Any) -> dict[str, Any]:
    request = listing(DOCUMENTED.user, DOCUMENTED.extension, DOCUMENTED.id)
    response = target.exchange(request, role=role).response
    assert response is not None
    body: dict[str, Any] = json.loads(response.body)
    return body


def _told(listed: dict[str, Any]) -> str:
    view = listed["entry"][0]["phoneCallView"][0]
    where = f"parked in slot {view['parkedPos']}" if "parkedPos" in view else "not parked"
    return f"view {view['id']} of extension {view['extension']}, status {view['status']}, {where}"


def _path(files: tuple[Path, ...], suffix: str) -> Path:
    return next(path for path in files if path.suffix == suffix).resolve()
