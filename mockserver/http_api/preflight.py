"""Starlette's CORS, whose refusals are in plain text, with refusals in the vendor's envelope."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from mockserver.http_api.refusals import Fixed, fixed


class EnvelopeCors(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        refusal = fixed(Fixed.REQUEST_INVALID, f"{bytes(response.body).decode()}.")
        told = JSONResponse(refusal.body(), status_code=refusal.status)
        told.raw_headers += [each for each in response.raw_headers if not each[0].startswith(b"content-")]
        return told
