"""uvicorn with an application that reads the body and answers with a constant: what no application can be faster than.

`python bare.py PORT`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
import yaml

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
CONTENT = json.dumps(DOCUMENT["components"]["examples"]["retrieved"]["value"]).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(CONTENT))]


async def app(_scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": CONTENT})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="error", ws="none", lifespan="off")
