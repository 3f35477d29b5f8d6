"""YAML that knows its lines: entries of named fields, with an error that points at the line at fault.

The YAML nodes are read, not the objects that a loader would make of them: objects have no lines, forget the
first of two equal keys, and turn a bare `no` or `12:30` into something nobody wrote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from callpark_spec.errors import CatalogueError, nearest

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_KINDS = {
    "str": "text",
    "int": "a number",
    "float": "a fraction",
    "bool": "true or false",
    "null": "nothing",
    "timestamp": "a date",
    "seq": "a list",
    "map": "a mapping",
}
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of a file: its name, its line, and its fields as nodes with the line of their keys."""

    file: str
    line: int
    key: str
    fields: dict[str, tuple[int, yaml.Node]]

    def error(self, field: str | None, problem: str, hint: str = "") -> CatalogueError:
        """The error to raise; it points at the field where there is one, else at the entry."""
        line = self.fields[field][0] if field in self.fields else self.line
        key = ".".join(part for part in (self.key, field) if part)
        return CatalogueError(self.file, line, key, problem, hint)

    def only(self, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuses fields that nobody knows and the lack of those that must be there."""
        known = (*required, *optional)
        for name in self.fields:
            if name not in known:
                like = nearest(name, known)
                hint = f"did you mean `{like}`?" if like else f"known keys: {', '.join(known)}"
                raise self.error(name, "unknown key", hint)
        for name in required:
            if name not in self.fields:
                raise self.error(None, f"the key `{name}` is missing")

    def text(self, name: str) -> str:
        text = self._scalar(name, "str").strip()
        if not text:
            raise self.error(name, "the text is empty")
        return text

    def number(self, name: str) -> int:
        return self._integer(name, self.fields[name][1])

    def decimal(self, name: str) -> float:
        """A number of zero or more, with or without a fraction."""
        node = self.fields[name][1]
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        if node.tag not in _NUMBERS or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text):
            found = f"the text {text!r}" if node.tag.endswith(":str") else text or _kind(node)
            raise self.error(name, f"a number of zero or more is expected, not {found}")
        return float(text)

    def day(self, name: str) -> date:
        """A day, YYYY-MM-DD, in quotation marks or without."""
        node = self.fields[name][1]
        is_date = node.tag == "tag:yaml.org,2002:timestamp" and isinstance(node, yaml.ScalarNode)
        text = str(node.value) if is_date else self.text(name)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.error(name, f"{text!r} is no day", "a day looks like 2027-03-31") from None

    def flag(self, name: str) -> bool:
        return self._scalar(name, "bool").lower() == "true"

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._of_kind(name, node, "str").strip() for node in self._items(name))

    def numbers(self, name: str) -> tuple[int, ...]:
        return tuple(self._integer(name, node) for node in self._items(name))

    def entries(self, name: str) -> tuple["Entry", ...]:
        nodes = enumerate(self._items(name), start=1)
        return tuple(_entry(self.file, f"{self.key}.{name}[{place}]", node) for place, node in nodes)

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if name in self.fields else None

    def optional_number(self, name: str) -> int | None:
        return self.number(name) if name in self.fields else None

    def _scalar(self, name: str, kind: str) -> str:
        return self._of_kind(name, self.fields[name][1], kind)

    def _of_kind(self, name: str, node: yaml.Node, kind: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"tag:yaml.org,2002:{kind}":
            hint = "put it in quotation marks" if kind == "str" and isinstance(node, yaml.ScalarNode) else ""
            if node.tag == "tag:yaml.org,2002:null":
                hint = "give it a value, or leave the key out"
            raise self.error(name, f"{_KINDS[kind]} is expected, not {_kind(node)}", hint)
        value: str = node.value
        return value

    def _integer(self, name: str, node: yaml.Node) -> int:
        digits = self._of_kind(name, node, "int")
        if not digits.isdecimal():
            raise self.error(name, f"a plain whole number is expected, not {digits}")
        return int(digits)

    def _items(self, name: str) -> list[yaml.Node]:
        if name not in self.fields:
            return []
        node = self.fields[name][1]
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(name, f"a list is expected, not {_kind(node)}")
        items: list[yaml.Node] = node.value
        return items


def read_entry(root: Path, file: str) -> Entry:
    """The file as one entry."""
    return _entry(file, "", _compose(root, file))


def read_entries(root: Path, file: str) -> Iterator[Entry]:
    """The file as entries by name, in its order."""
    whole = read_entry(root, file)
    for name, (line, node) in whole.fields.items():
        entry = _entry(file, name, node)
        yield Entry(file, line, name, entry.fields)


def check_unique_keys(file: str, node: yaml.Node, key: str = "") -> None:
    """Refuses a key that stands twice in one mapping, anywhere below the node, which itself stands at `key`."""
    if isinstance(node, yaml.MappingNode):
        for name, (_, value) in _fields(file, key, node).items():
            check_unique_keys(file, value, f"{key}.{name}" if key else name)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            check_unique_keys(file, item, f"{key}[{index}]")


def compose(file: str, text: str | bytes) -> yaml.Node:
    """The root node; what is no YAML is refused in our own words."""
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise CatalogueError(file, *_what_is_no_yaml(error, text)) from error
    if node is None:
        raise CatalogueError(file, 1, "(file)", "the file is empty")
    return node


def _what_is_no_yaml(error: yaml.YAMLError, text: str | bytes) -> tuple[int, str, str]:
    """Line, key and problem."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return mark.line + 1, "(file)", f"this is no YAML: {getattr(error, 'problem', None) or error}"
    content = text if isinstance(text, bytes) else text.encode()
    line = 1 + content.count(b"\n", 0, getattr(error, "position", None) or 0)
    return line, "(file)", f"this is no YAML: {getattr(error, 'reason', None) or str(error).splitlines()[0]}"


def _compose(root: Path, file: str) -> yaml.Node:
    try:
        content = (root / file).read_bytes()
    except FileNotFoundError:
        raise CatalogueError(file, 1, "(file)", "the file is missing") from None
    except OSError as error:
        raise CatalogueError(file, 1, "(file)", f"the file cannot be read: {error.strerror}") from None
    return compose(file, content)


def _entry(file: str, key: str, node: yaml.Node) -> Entry:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise CatalogueError(file, line, key or "(file)", f"a mapping is expected, not {_kind(node)}")
    return Entry(file, line, key, _fields(file, key, node))


def _fields(file: str, key: str, node: yaml.MappingNode) -> dict[str, tuple[int, yaml.Node]]:
    fields: dict[str, tuple[int, yaml.Node]] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        if not isinstance(name, yaml.ScalarNode):
            raise CatalogueError(file, line, key or "(file)", f"a key must be text, not {_kind(name)}")
        if name.value in fields:
            where = ".".join(part for part in (key, name.value) if part)
            raise CatalogueError(
                file, line, where, f"the key stands twice, first on line {fields[name.value][0]}"
            )
        fields[name.value] = (line, value)
    return fields


def _kind(node: yaml.Node) -> str:
    return _KINDS.get(node.tag.rpartition(":")[2], node.tag)
