"""The figures of the proof, where the README shows them: between two comments."""

import re

from pieces import table

from contract_tests.published_proof import published_proof

_BEGIN, _END = "<!-- The proof: made by `make docs`. -->", "<!-- End of the proof. -->"


def with_figures(readme: str) -> str:
    """The README with the figures that were published last."""
    proof = published_proof()
    assert proof is not None
    lines = [
        f"As published last ({proof.extent} proof, {proof.started[:10]}, callpark {proof.version}):",
        "",
        *table(
            ("figure", "wanted", "measured"),
            [
                (each.name, each.wanted, each.measured if each.ok else f"{each.measured}, **not reached**")
                for each in proof.figures
            ],
        ),
    ]
    made = "\n".join([_BEGIN, *lines, _END])
    found, count = re.subn(
        f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", lambda _: made, readme, flags=re.DOTALL
    )
    assert count == 1
    return found
