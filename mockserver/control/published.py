"""The control plane's document, for whoever wants to read it."""

from typing import Any, Final

import yaml
from starlette.responses import Response

from mockserver.control.asked import Asked, Operations
from mockserver.control.document import control_document


async def as_json(_asked: Asked) -> Any:
    return control_document()


async def as_yaml(_asked: Asked) -> Response:
    text = yaml.safe_dump(control_document(), sort_keys=False, allow_unicode=True, width=110)
    return Response(text, media_type="application/yaml")


PUBLISHED: Final[Operations] = {"getDocument": as_json, "getDocumentAsYaml": as_yaml}
