"""What one would write with FastAPI for the same request: its models check the payload, and the answer is fixed.

`python written_by_hand.py PORT`.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import uvicorn
import yaml
from fastapi import Depends, FastAPI, HTTPException
from fastapi import Path as InPath
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "spec" / "openapi.yaml").read_text(encoding="utf-8"))
CALL = DOCUMENT["components"]["examples"]["retrieved"]["value"]

bearer = HTTPBearer()
app = FastAPI()


class Action(BaseModel):
    action: Annotated[str, Field(pattern="^(UnPark|Park)$")]
    phoneCallViewId: Annotated[str, Field(pattern="^[0-9]+$", max_length=16)]
    sendCallTo: Annotated[str | None, Field(pattern="^[0-9*]+$", max_length=32)] = None
    callerId: Annotated[str | None, Field(pattern=r"^[^<>]*<\+?[0-9*]+>$", max_length=256)] = None
    waitForPickup: Annotated[int, Field(gt=0)] = 25
    maxInParking: Annotated[int, Field(ge=10, le=3600)] = 180


async def user(token: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    if token.credentials != "mock.default.12":
        raise HTTPException(401)
    return "12"


Segment = Annotated[str, InPath(pattern=r"^[A-Za-z0-9@*_.-]+$", max_length=64)]


@app.put("/uapi/phoneCalls/{user_id}/{extension}/{call_id}")
async def update(
    user_id: Segment,
    extension: Segment,
    call_id: Segment,
    body: Action,
    viewer: Annotated[str, Depends(user)],
) -> Any:
    return CALL


@app.get("/uapi/phoneCalls/{user_id}/{extension}")
async def listed(user_id: Segment, extension: Segment, viewer: Annotated[str, Depends(user)]) -> Any:
    return {"entry": [CALL] * 20, "totalResults": 20, "itemsPerPage": 20, "startIndex": 0}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="error", ws="none")
