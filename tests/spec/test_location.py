"""The data are found beside the code, in the repository and in a wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

import callpark_spec
from callpark_spec.location import data_root

PACKAGE = Path(callpark_spec.__file__).parent


def test_the_data_are_where_the_code_says():
    for part in ("openapi.yaml", "readings.yaml", "codes.yaml", "clauses/uri.yaml", "page/page.yaml"):
        assert (data_root() / part).is_file(), part


def test_in_a_wheel_the_data_lie_inside_the_package(tmp_path):
    # Laid out as the wheel lays it out, and imported from nowhere else.
    installed = tmp_path / "callpark_spec"
    shutil.copytree(PACKAGE, installed, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("openapi.yaml", "readings.yaml", "codes.yaml"):
        shutil.copy(data_root() / part, installed)
    for part in ("clauses", "page"):
        shutil.copytree(data_root() / part, installed / part, dirs_exist_ok=True)

    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import callpark_spec\n"
        "print(callpark_spec.openapi_path(), callpark_spec.load().digest)"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert finished.stdout.split() == [str(installed / "openapi.yaml"), callpark_spec.load().digest]
