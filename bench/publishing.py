"""What was found, as a table, as JSON, and as a chart, for the page in the documentation."""

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

from ratios import ratio_rows

PAGE: Final = Path(__file__).parents[1] / "docs" / "explanation" / "performance.md"
BEGIN: Final = "<!-- measured: begin -->"
END: Final = "<!-- measured: end -->"
_COLUMNS: Final = (
    "",
    "PUT/s",
    "× connexion",
    "CPU µs",
    "p99 ms",
    "refused/s",
    "List of 20/s",
    "start ms",
    "MB",
)
BLIND: Final = "†"
"""Behind the name of a server that looks at no payload, and so validates nothing."""
_WIDTH: Final = 720
_BAR: Final = 24


def publish(found: dict[str, Any]) -> str:
    """Write the three, and return the tables."""
    table = tables(found)
    PAGE.with_suffix(".json").write_text(
        json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    PAGE.with_suffix(".svg").write_text(chart(found), encoding="utf-8")
    put_between(BEGIN, END, f"{table}\n\n{method(found)}")
    return table


def put_between(begin: str, end: str, told: str) -> None:
    """In place of what stands on the page between two marks; raise ValueError where they are not there."""
    text = PAGE.read_text(encoding="utf-8")
    if not 0 <= text.find(begin) < text.find(end):
        raise ValueError(f"{PAGE} has no {begin} with an {end} behind it")
    inside = f"{begin}\n\n{told}\n\n{end}"
    PAGE.write_text(
        re.sub(f"{re.escape(begin)}.*{re.escape(end)}", lambda _: inside, text, flags=re.DOTALL),
        encoding="utf-8",
    )


def tables(found: dict[str, Any]) -> str:
    """The servers, the fastest first, and the ratios between them."""
    found["servers"].sort(key=lambda server: -server["update"]["rate"])
    return "\n".join((*rows(found), "", *ratio_rows(found["servers"])))


def rows(found: dict[str, Any]) -> Iterator[str]:
    plain = next((each["update"]["rate"] for each in found["servers"] if each["name"] == "connexion"), None)
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"| --- |{' ---: |' * (len(_COLUMNS) - 1)}"
    for each in found["servers"]:
        update = each["update"]
        cells = (
            f"{each['name']} {each['version']}{'' if each['looksAtPayloads'] else f' {BLIND}'}",
            f"{update['rate']:,.0f}",
            f"{update['rate'] / plain:.1f}" if plain else "",
            f"{update['cpu']:.0f}",
            f"{update['p99']:.1f}",
            f"{each['refused']['rate']:,.0f}" if "refused" in each else "",
            f"{each['list']['rate']:,.0f}" if "list" in each else "",
            f"{each['coldMilliseconds']:.0f}",
            f"{each['megabytesUnderLoad']:.0f}",
        )
        yield f"| {' | '.join(cells)} |"


def method(found: dict[str, Any]) -> str:
    how = found["method"]
    missing = ", ".join(found["missing"])
    return (
        f"{BLIND} looks at no payload. "
        f"Medians of {how['rounds']} rounds of {how['seconds']:g} s and of {how['coldStarts']} cold starts; "
        f"{how['processor']}, {how['system']}, Python {how['python']}, Node {how['node']}, {how['java']}, "
        f"{how['wrk']}; "
        f"load of the machine before: {how['loadBefore']}"
        f"{', both cores taken at real-time priority' if how['realTime'] else ''}. "
        f"{f'Not installed, and so not measured: {missing}.' if missing else 'No peer was missing.'}"
    )


def chart(found: dict[str, Any]) -> str:
    servers = found["servers"]
    most = max(each["update"]["rate"] for each in servers)
    height = len(servers) * (_BAR + 8) + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13">',
        "<title>Validated PUT requests a second on one core</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="20" fill="#222">Validated PUT requests a second on one core ({BLIND} not validated)</text>',
    ]
    for number, each in enumerate(servers):
        top = 34 + number * (_BAR + 8)
        width = each["update"]["rate"] / most * (_WIDTH - 300)
        ours = each["name"].startswith("callpark")
        lines += [
            f'<text x="208" y="{top + 17}" text-anchor="end" fill="#222">{escape(each["name"])}'
            f"{'' if each['looksAtPayloads'] else f' {BLIND}'}</text>",
            f'<rect x="216" y="{top}" width="{width:.1f}" height="{_BAR}" fill="{"#0b6e4f" if ours else "#8a8f98"}"/>',
            f'<text x="{222 + width:.1f}" y="{top + 17}" fill="#222">{each["update"]["rate"]:,.0f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
