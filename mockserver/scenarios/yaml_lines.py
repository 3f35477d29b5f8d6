"""Where in a YAML text a key stands."""

import re
from typing import Final

import yaml

from mockserver.scenarios.yaml_reading import Loader

_STEP: Final = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


def line_of(text: str, key: str) -> int:
    """The line, from 1, of a path such as `$.calls[0].extension`; of its nearest parent if it is absent."""
    node = yaml.compose(text, Loader=Loader)
    line = 1
    for name, index in _STEP.findall(key):
        if isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
            node = node.value[int(index)]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode) and name:
            found = next((pair for pair in node.value if pair[0].value == name), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
    return line
