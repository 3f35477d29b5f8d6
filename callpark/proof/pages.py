"""The folder of a proof: the data and the pages made from it."""

from __future__ import annotations

import json
from pathlib import Path

from callpark.proof.html import render_html
from callpark.proof.markdown import render_markdown
from callpark.proof.model import Proof, figures_as_json, proof_as_json, proof_schema


def write_proof(proof: Proof, folder: Path) -> list[Path]:
    """Writes everything; returns what was written. May raise OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "proof.json": proof_as_json(proof),
        "figures.json": figures_as_json(proof),
        "proof.schema.json": json.dumps(proof_schema(), indent=2) + "\n",
        "proof.html": render_html(proof),
        "proof.md": render_markdown(proof),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
