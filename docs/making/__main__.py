"""Writes what comes from the code: `python docs/making [FOLDER]`.

Without a folder the reference goes to docs/reference and the figures of the proof into the README; with one, all
goes there.
"""

import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore", category=DeprecationWarning)

from behaviours import behaviours  # noqa: E402
from commands import command_line  # noqa: E402
from contract import clauses, readings  # noqa: E402
from control_plane import control_plane  # noqa: E402
from proof_figures import with_figures  # noqa: E402
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

CHECKOUT = Path(__file__).parents[2]

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT / "docs" / "reference"
folder.mkdir(parents=True, exist_ok=True)
for name, make in PAGES.items():
    (folder / name).write_text(make(), encoding="utf-8")
readme = with_figures((CHECKOUT / "README.md").read_text(encoding="utf-8"))
((folder if len(sys.argv) > 1 else CHECKOUT) / "README.md").write_text(readme, encoding="utf-8")
