"""Answers and listings about the call of the page's example."""

import json

from contract_tests.exchange import Response

ID = "b817d2618fe6f1804333"
PARKED = {
    "id": "01",
    "extension": "0003*210",
    "status": 4,
    "parked": True,
    "parkedPos": 1,
    "parkedBy": "0003*211",
}
TAKEN = {
    "id": "01",
    "extension": "0003*024",
    "status": 5,
    "source": ["0003*024"],
    "destination": ["0003*210"],
}
CALL = {"id": ID, "extension": "0003*210", "links": {"self": f"http://h/uapi/phoneCalls/12/0003*210/{ID}"}}
UNUSABLE = (500, None)


def response(status, value=None, **headers):
    body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
    named = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Response(status=status, headers=named, body=body, body_size=len(body))


def listing_of(view, identifier=ID):
    return response(200, {"id": identifier, "phoneCallView": [view]})


def refusal(status, code="pc_timeout_invalid", **headers):
    return response(status, {"error": {"code": code, "message": "?"}}, **headers)
