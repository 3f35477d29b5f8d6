"""Holds the locked dependencies against the known vulnerabilities: `python -m tests.repository.audit`.

Runs pip-audit, which asks the package index. Ends with 0 where nothing is known against any, 1 where something is, and
3 where it could not be judged, because no database can be reached: that is no good news, and is not told as such.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNJUDGED = 3


def audit(command):
    """Exit status and lines to print."""
    options = ["--disable-pip", "--require-hashes", "-r", str(ROOT / "requirements.lock"), "-f", "json"]
    try:
        done = subprocess.run(
            [*command, *options, "--progress-spinner", "off"], capture_output=True, text=True
        )
        found = json.loads(done.stdout)["dependencies"]
    except OSError as error:
        return UNJUDGED, [f"could not be judged: {command[0]} cannot be run ({error.strerror})"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return UNJUDGED, [f"could not be judged: no vulnerability database can be reached ({said[0][:300]})"]
    left_out = [
        f"{each['name']}: not judged, {each['skip_reason']}" for each in found if "skip_reason" in each
    ]
    known = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'nothing'}"
        for each in found
        for fault in each.get("vulns", ())
    ]
    if len(left_out) == len(found):
        return UNJUDGED, [f"could not be judged: the database knows none of the {len(found)} locked packages"]
    if known or left_out:
        return (1 if known else UNJUDGED), [*known, *left_out]
    return 0, [f"nothing is known against the {len(found)} locked packages"]


def main():
    options = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    options.add_argument("--command", default="pip-audit", help="What runs pip-audit.")
    status, lines = audit(shlex.split(options.parse_args().command))
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
