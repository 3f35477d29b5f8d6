"""YAML that anybody may send: read with the safe loader, if it stays small when written out and no key stands twice."""

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from callpark_spec import CatalogueError
from callpark_spec.yaml_source import check_unique_keys

_DEPTH: Final = 40
_NODES: Final = 100_000
_SHORT: Final = 20_000
# The one in C recurses without a limit: nothing deep may reach it.
Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """`line` is counted from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_yaml(text: str) -> Any:
    """Raise YamlError."""
    try:
        _measure(text)
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        check_unique_keys("", node)
        return loader.construct_document(node)
    except CatalogueError as error:
        raise YamlError(error.line, f"{error.problem} (at $.{error.key})") from None
    except yaml.MarkedYAMLError as error:
        raise _told(_in_words(text) or error) from None
    except yaml.YAMLError as error:
        raise YamlError(1, str(error)) from None
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlError(line, "a lone surrogate is no character") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, YamlError):
            raise
        # A tag such as !!int, or what looks like a date, on a text that is none.
        raise YamlError(*_unreadable(text)) from None


@dataclass(slots=True)
class _Sizes:
    """Nodes as they would be if every alias were written out; `open` are those of the collections around."""

    open: list[int] = field(default_factory=lambda: [0])
    anchors: list[str | None] = field(default_factory=list)
    known: dict[str | None, int | None] = field(default_factory=dict)

    def add(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):
            if len(self.open) > _DEPTH:
                raise YamlError(line, f"nested more than {_DEPTH} deep")
            if event.anchor:
                self.known[event.anchor] = None
            self.anchors.append(event.anchor)
            self.open.append(1)
        elif isinstance(event, yaml.CollectionEndEvent):
            size, anchor = self.open.pop(), self.anchors.pop()
            if anchor:
                self.known[anchor] = size
            self.open[-1] += size
        elif isinstance(event, yaml.AliasEvent):
            known = self.known.get(event.anchor, 1)
            if known is None:
                raise YamlError(line, f"*{event.anchor} contains itself")
            self.open[-1] += known
        elif isinstance(event, yaml.ScalarEvent):
            self.open[-1] += 1
            if event.anchor:
                self.known[event.anchor] = 1
        if self.open[-1] > _NODES:
            raise YamlError(line, f"more than {_NODES} keys and values, aliases written out")


def _measure(text: str) -> None:
    sizes = _Sizes()
    for event in yaml.parse(text, Loader=Loader):
        sizes.add(event)


def _in_words(text: str) -> yaml.MarkedYAMLError | None:
    """What the loader in Python says, which names what it found; it is too slow for a long text."""
    if len(text) <= _SHORT:
        try:
            yaml.load(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            return error
        except (RecursionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return None
    return None


def _told(error: yaml.MarkedYAMLError) -> YamlError:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return YamlError(line, error.problem or str(error))


def _unreadable(text: str) -> tuple[int, str]:
    """The line of the value that the loader stumbled over, and what it was."""
    loader = Loader(text)
    nodes = [loader.get_single_node()]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            nodes += [each for pair in reversed(node.value) for each in reversed(pair)]
        elif isinstance(node, yaml.SequenceNode):
            nodes += reversed(node.value)
        elif not _is_readable(loader, node):
            kind = node.tag.rpartition(":")[2]
            return (
                node.start_mark.line + 1,
                f"{node.value[:80]!r} can be read as no {kind}; quote what is text",
            )
    return 1, "this cannot be read"


def _is_readable(loader: Any, node: yaml.ScalarNode) -> bool:
    try:
        loader.construct_object(node)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, yaml.YAMLError):
        return False
    return True
