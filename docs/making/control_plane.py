"""The page on the control plane: every operation under /_mock."""

from collections.abc import Iterator

from pieces import cell, code, page, table

from mockserver.control.document import control_document
from mockserver.control.reference import Line, Operation, operations


def control_plane() -> str:
    return page("The control plane", "the control plane's OpenAPI document", _lines())


def _lines() -> Iterator[str]:
    document = control_document()
    yield from (str(document["info"]["description"]).strip(), "")
    yield from ("A running mock has it as `/_mock/openapi.yaml`, and as a page at `/_mock/docs/control`.", "")
    base = str(document["servers"][0]["url"]).rstrip("/")
    for tag, group in operations(document).items():
        yield from (f"## {tag}", "")
        for operation in group:
            yield from _operation(operation, base)


def _operation(operation: Operation, base: str) -> Iterator[str]:
    yield from (f"### `{operation.method} {base}{operation.path}`", "", cell(operation.summary), "")
    if operation.text:
        yield from (operation.text.strip(), "")
    if operation.parameters:
        yield from _members("parameter", operation.parameters)
    if operation.payload:
        yield from _members("member of the payload", operation.payload)
    if operation.example:
        yield from ("```json", operation.example, "```", "")
    yield from table(("status", ""), [(status, text) for status, text, _ in operation.answers])


def _members(kind: str, lines: tuple[Line, ...]) -> list[str]:
    return table(
        (kind, "value", "required", "meaning"),
        [
            (
                "&nbsp;&nbsp;" * line.depth + code(line.name) + (f" ({line.place})" if line.place else ""),
                "; ".join((line.kind, *line.limits)),
                "yes" if line.required else "",
                line.text,
            )
            for line in lines
        ],
    )
