"""Documents for programs as text."""

from __future__ import annotations

import json
from typing import Any


def json_text(document: Any) -> str:
    """Indented JSON in ASCII: whatever shows the file, nothing in it acts, turns or hides."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"
