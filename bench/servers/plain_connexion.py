"""The same document served by connexion alone: its own validation and routing, a bearer check, and a fixed answer.

`python plain_connexion.py PORT`.  Validation of answers is off, as it is by default.
"""

import copy
import sys
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from connexion import AsyncApp
from connexion.resolver import Resolver
from connexion.security import BearerSecurityHandler

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
CALL = DOCUMENT["components"]["examples"]["retrieved"]["value"]


class Bearer(BearerSecurityHandler):
    def _resolve_func(self, _security_scheme: dict[str, Any]) -> Any:
        return lambda token: {"sub": "12"} if token == "mock.default.12" else None


async def answer(**_arguments: Any) -> Any:
    return CALL


async def listed(**_arguments: Any) -> Any:
    return {"entry": [CALL] * 20, "totalResults": 20, "itemsPerPage": 20, "startIndex": 0}


def application() -> AsyncApp:
    document = copy.deepcopy(DOCUMENT)
    content = document["paths"]["/oauth/token.php"]["post"]["requestBody"]["content"]
    for media_type in [each for each in content if each != "application/json"]:
        del content[media_type]
    app = AsyncApp(
        __name__,
        pythonic_params=True,
        resolver=Resolver(lambda name: listed if name.startswith("list") else answer),
        security_map={"bearer": Bearer},
    )
    app.add_api(document)
    return app


if __name__ == "__main__":
    uvicorn.run(application(), port=int(sys.argv[1]), access_log=False, log_level="error", ws="none")
