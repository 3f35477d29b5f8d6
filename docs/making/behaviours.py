"""The page on the mock's variants and defects."""

from collections.abc import Iterator

from contract import anchor
from pieces import code, page, table

from mockserver.defects import DEFECTS
from mockserver.variants import VARIANTS


def behaviours() -> str:
    return page("Variants and defects of the mock", "the mock's two catalogues", _lines())


def _lines() -> Iterator[str]:
    yield from (
        "A variant differs from what the mock does by default and still conforms, under the readings named.",
        "`callpark mock --variant NAME` serves it; several go together.",
        "",
        f"## {len(VARIANTS)} variants",
        "",
    )
    yield from table(
        ("variant", "what it does", "takes sides in", "conforms as"),
        [
            (
                code(each.slug),
                each.summary,
                f"[{code(each.reading)}](readings.md#{each.reading})",
                ", ".join(sorted(each.conforms)),
            )
            for each in VARIANTS.values()
        ],
    )
    yield from (
        "A defect breaks the one clause that it names, and a check has to find it by that clause first.",
        "`callpark mock --defect NAME` serves it.",
        "",
        f"## {len(DEFECTS)} defects",
        "",
    )
    yield from table(
        ("defect", "what it does", "class", "breaks", "shows as", "lane"),
        [
            (
                code(each.slug),
                each.summary,
                each.kind,
                f"[{code(each.clause)}](clauses.md#{anchor(each.clause)})",
                each.shows,
                each.lane,
            )
            for each in DEFECTS.values()
        ],
    )
