"""Writes the reference that comes from the code: `python docs/making [FOLDER]`, docs/reference by default."""

import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore", category=DeprecationWarning)

from behaviours import behaviours  # noqa: E402
from commands import command_line  # noqa: E402
from contract import clauses, readings  # noqa: E402
from control_plane import control_plane  # noqa: E402
from schemas import profile, record  # noqa: E402

PAGES = {
    "command-line.md": command_line,
    "profile.md": profile,
    "record.md": record,
    "control-plane.md": control_plane,
    "clauses.md": clauses,
    "readings.md": readings,
    "behaviours.md": behaviours,
}

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "reference"
folder.mkdir(parents=True, exist_ok=True)
for name, make in PAGES.items():
    (folder / name).write_text(make(), encoding="utf-8")
