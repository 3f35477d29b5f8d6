"""A lot of calls that stands in for a target and for the rung that parks them."""

import json

from contract_tests.exchange import Exchange, Response
from contract_tests.state.rung import RungError
from contract_tests.world import KnownCall


class Lot:
    """Target and rung in one: calls are parked until a request without a fault retrieves them."""

    name, is_scarce, lost, timed_out = "lot", False, "", False

    def __init__(self, answer=None, offers_others=True, stock=1000):
        self.calls, self.exchanges, self.released, self.clock = {}, [], [], 0.0
        self.asked = ""
        self.answer, self.offers_others, self.stock = answer or self.honest, offers_others, stock

    # the rung

    def parked(self, count, extension=None):
        if len(self.calls) >= self.stock:
            raise RungError("the lot is empty")
        return [self._call(extension or "0003*210") for _ in range(count)]

    def witness(self):
        return self._other(self._call("0003*210"))

    def talking(self):
        return self._other(self._call("0003*210", parked=False))

    def release(self, calls):
        self.released += [call.id for call in calls]

    def _other(self, call):
        if not self.offers_others:
            raise RungError("only parked calls")
        return call

    def _call(self, extension, parked=True):
        identifier = f"call{len(self.calls):016}"
        self.calls[identifier] = parked
        return KnownCall(
            id=identifier, user="12", extension=extension, view="01", views=("01",), parked=parked
        )

    # the target

    def now(self):
        return self.clock

    def exchange(self, request, *, case="", role="request", call=None, witness=None, also=()):
        identifier, self.asked = request.target.rpartition("/")[2], case
        said = self.listed(identifier) if request.method == "GET" else self.answer(identifier, request)
        response, trouble = (said, None) if isinstance(said, Response) else (None, said)
        made = Exchange(
            number=len(self.exchanges) + 1,
            case=case,
            role=role,
            request=request,
            response=response,
            trouble=trouble,
            timed_out=trouble == "silent" or (self.timed_out and trouble is not None),
            call=call,
            witness=witness,
            also=also,
        )
        self.exchanges.append(made)
        return made

    def listed(self, identifier):
        parked = {"parkedPos": 1, "extension": "0003*210"}
        taken = {"status": 5, "extension": "0003*024"}
        view = {"id": "01"} | (parked if self.calls.get(identifier) else taken)
        return json_answer(200, {"id": identifier, "phoneCallView": [view]})

    def honest(self, identifier, request):
        if b'"waitForPickup": 0' in request.body or b"abc" in request.body:
            return json_answer(400, {"error": {"code": "pc_timeout_invalid", "message": "?"}})
        return self.retrieve(identifier)

    def retrieve(self, identifier):
        if not self.calls.get(identifier):
            return Response(status=204)
        self.calls[identifier] = False
        return json_answer(200, {"id": identifier})

    def sent(self):
        return [each for each in self.exchanges if each.role == "request"]


def json_answer(status, value):
    body = json.dumps(value).encode()
    return Response(status=status, body=body, body_size=len(body))
