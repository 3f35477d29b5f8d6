"""Finding everything that is wrong with a request, in the order in which the mock looks for it."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from mockserver.explanation import grounds
from mockserver.explanation.attempt import Attempt
from mockserver.explanation.putting_right import Worldly, documented
from mockserver.explanation.wrong import Explanation, Wrong
from mockserver.http_api.answering import Answering
from mockserver.http_api.contract import Contract, Place
from mockserver.http_api.grammar import Compiled, Misfit, shown, value_fault
from mockserver.http_api.origin import origin_of
from mockserver.http_api.path import TOKEN_PATH, cured_path
from mockserver.http_api.payload import misfits_of, normalized, parse
from mockserver.http_api.refusals import Fixed, RefusedRequest
from mockserver.journal.entry import Exchange
from mockserver.policy import Presentation
from mockserver.sessions.session import Session
from mockserver.simulator.world import World
from mockserver.tokens import read_token

_TOKEN_PARAMETER: Final = "accessRequestToken"


class Explainer:
    """Looks and touches nothing: to explain a request changes no session."""

    def __init__(self, contract: Contract, presentation: Presentation) -> None:
        self._contract = contract
        self._presentation = presentation
        self._answering = Answering(contract, presentation)

    @cached_property
    def _compiled(self) -> Compiled:
        return Compiled()

    def explain(self, session: Session, exchange: Exchange, world: World) -> Explanation:
        """`world` is the one the request met."""
        presentation = session.behaviour.policy.presentation
        if presentation != self._presentation:
            return Explainer(self._contract, presentation).explain(session, exchange, world)
        asked_for = (*exchange.faults, *([f"Prefer: {exchange.preference}"] if exchange.preference else []))
        path = cured_path(exchange.target.partition(b"?")[0], self._contract.base_path)
        place = self._contract.place_at(path)
        if place is not None and place.template == TOKEN_PATH:
            return Explanation(wrongs=_as_told(exchange), corrected=None, asked_for=asked_for)
        found = _Finding(self, session, exchange, world)
        wrongs = found.all(path, place)
        return Explanation(wrongs=wrongs, corrected=found.corrected if wrongs else None, asked_for=asked_for)

    def misfits(self, schema: Mapping[str, Any], body: Any) -> list[Misfit]:
        return list(misfits_of(self._compiled, schema, body, self._presentation))

    def value_message(self, parameter: Mapping[str, Any], value: object) -> tuple[str, str] | None:
        """(code, message) of what is wrong with a parameter's value."""
        fault = value_fault(self._compiled, parameter["schema"], parameter, value, at=parameter["name"])
        return (fault.code, fault.message) if fault else None

    def body_read(self, data: bytes) -> Any:
        """Raise RefusedRequest."""
        return normalized(parse(data), self._presentation)

    @property
    def contract(self) -> Contract:
        return self._contract

    @property
    def answering(self) -> Answering:
        return self._answering

    @property
    def presentation(self) -> Presentation:
        return self._presentation


class _Finding:
    def __init__(self, explainer: Explainer, session: Session, exchange: Exchange, world: World) -> None:
        self._explainer = explainer
        self._contract = explainer.contract
        self._session = session
        self._exchange = exchange
        self._world = world
        self._headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in exchange.headers
        }
        self._query = dict(
            parse_qsl(exchange.target.partition(b"?")[2].decode("latin-1"), keep_blank_values=True)
        )
        self._viewer = next(iter(world.directory.users), "12")
        self.corrected: Attempt | None = None
        self._attempted: Attempt | None = None

    def all(self, path: str, place: Place | None) -> tuple[Wrong, ...]:
        """Each place once: what the document's own example then gets wrong in this world is not the client's."""
        wrongs: dict[str, Wrong] = {}
        for wrong in self._one_by_one(path, place):
            wrongs.setdefault(wrong.where, wrong)
        return tuple(self._with_last_word(wrong) for wrong in wrongs.values())

    def _with_last_word(self, wrong: Wrong) -> Wrong:
        """What stands there in the end, where it was put right more than once."""
        within, _, name = wrong.where.partition(" ")
        attempt = self._attempted
        if attempt is None or wrong.instead is None:
            return wrong
        if within == "path" and name in attempt.variables:
            return replace(wrong, instead=attempt.variables[name])
        if within == "payload" and isinstance(attempt.body, dict) and name in attempt.body:
            return replace(wrong, instead=shown(attempt.body[name]))
        return wrong

    def _one_by_one(self, path: str, place: Place | None) -> Iterator[Wrong]:
        of_token = list(self._token())
        operation = place.operation(self._exchange.method) if place else None
        if place is None or operation is None:
            self.corrected = self._documented()
            yield self._misdirected(path, place)
            yield from of_token
            return
        yield from of_token
        attempt = self._attempt(place)
        yield from self._parameters(attempt, place, operation)
        schema = self._contract.payload_schema(operation)
        if schema is not None and not (yield from self._payload(attempt, schema)):
            self.corrected = self._documented()
            return
        schemas = {
            each["name"]: each["schema"]
            for each in self._contract.parameters_at(place, operation)
            if each["in"] == "query"
        }
        worldly = Worldly(
            self._session,
            self._world,
            self._viewer,
            self._explainer.answering,
            partial(typed_members, schemas),
        )
        yield from worldly.wrongs(attempt, str(operation["operationId"]))
        self._attempted = attempt
        self.corrected = attempt if worldly.is_accepted else None

    def _attempt(self, place: Place) -> Attempt:
        return Attempt(
            method=self._exchange.method,
            origin=self._origin(),
            base_path=self._contract.base_path,
            template=place.template,
            variables=dict(place.variables),
            token=f"mock.{self._session.name}.{self._viewer}",
            query={name: value for name, value in self._query.items() if name != _TOKEN_PARAMETER},
        )

    def _documented(self) -> Attempt | None:
        return documented(
            self._world,
            viewer=self._viewer,
            origin=self._origin(),
            base_path=self._contract.base_path,
            token=f"mock.{self._session.name}.{self._viewer}",
        )

    def _origin(self) -> str:
        return origin_of(self._exchange.scheme, self._exchange.headers)

    def _token(self) -> Iterator[Wrong]:
        header = self._headers.get("authorization", self._query.get(_TOKEN_PARAMETER))
        scheme, _, text = (header or "").strip().partition(" ")
        token = read_token(text.strip())
        is_known = token and not token.is_over(self._world.now) and token.user in self._world.directory.users
        if token and is_known and scheme.lower() == "bearer":
            self._viewer = token.user
            return
        if header is None:
            message, clauses = "Authorization is missing.", grounds.NO_TOKEN
        elif scheme.lower() != "bearer" or not text:
            message, clauses = f"Authorization is {shown(header)}.", grounds.MALFORMED_HEADER
        elif token is None:
            message, clauses = f"The access token {shown(text)} is not known.", grounds.UNKNOWN_TOKEN
        elif token.is_over(self._world.now):
            message, clauses = "The access token has expired.", grounds.EXPIRED_TOKEN
        else:
            message = f"The access token names user {shown(token.user)}, who does not exist."
            clauses = grounds.UNKNOWN_TOKEN
        yield Wrong(
            where="header Authorization",
            code=self._explainer.presentation.access_denied_code,
            message=f"{message} Allowed: Bearer mock.<session>.<user>.",
            clauses=clauses,
            instead=f"Bearer mock.{self._session.name}.{self._viewer}",
        )

    def _misdirected(self, path: str, place: Place | None) -> Wrong:
        if place is None:
            return Wrong(
                where="path",
                code=Fixed.NOT_FOUND.value[1],
                message=f"There is nothing at {path}.",
                clauses=grounds.PATH,
                instead=self.corrected.url if self.corrected else None,
            )
        methods = ", ".join(self._contract.methods_at(path))
        return Wrong(
            where="method",
            code=Fixed.METHOD_NOT_ALLOWED.value[1],
            message=f"Method {self._exchange.method} is not allowed here. Allowed: {methods}.",
            clauses=grounds.METHOD,
            instead=self.corrected.method if self.corrected else None,
        )

    def _parameters(self, attempt: Attempt, place: Place, operation: Mapping[str, Any]) -> Iterator[Wrong]:
        for parameter in self._contract.parameters_at(place, operation):
            name, within = parameter["name"], parameter["in"]
            values = attempt.variables if within == "path" else attempt.query
            if name not in values:
                continue
            value = values[name] if within == "path" else typed(values[name], parameter["schema"])
            if found := self._explainer.value_message(parameter, value):
                code, message = found
                instead = _example(parameter)
                if instead is None and within == "query":
                    del values[name]
                else:
                    values[name] = str(instead)
                yield Wrong(
                    where=f"{within} {name}",
                    code=code,
                    message=message,
                    clauses=grounds.of_ill_formed(name, value) if within == "path" else (),
                    instead=None if instead is None else str(instead),
                )

    def _payload(self, attempt: Attempt, schema: Mapping[str, Any]) -> Generator[Wrong, None, bool]:
        """Whether the attempt has a payload that the schema allows in the end."""
        if self._exchange.body.is_cut:
            yield Wrong(
                where="payload",
                code=Fixed.PAYLOAD_TOO_LARGE.value[1],
                message=f"The payload has {self._exchange.body.size} bytes; the journal keeps less, so it is not read.",
            )
            return False
        try:
            body = self._explainer.body_read(self._exchange.body.data)
        except RefusedRequest as error:
            refusal = error.refusal
            is_absent = not self._exchange.body.data.strip()
            yield Wrong(
                where="payload",
                code=refusal.code,
                message=refusal.message,
                clauses=grounds.PAYLOAD if is_absent else grounds.NOT_JSON,
            )
            return False
        misfits = self._explainer.misfits(schema, body)
        attempt.body = body
        for misfit in misfits:
            value = body.get(misfit.name) if isinstance(body, dict) else body
            instead = _put_right(body, misfit)
            if misfit.is_missing:
                clauses = grounds.of_missing(misfit.name)
            else:
                clauses = grounds.of_ill_formed(misfit.name, value)
            yield Wrong(
                where=f"payload {misfit.at}".strip(),
                code=misfit.refusal.code,
                message=misfit.refusal.message,
                clauses=clauses or (() if misfit.name else grounds.PAYLOAD),
                instead=instead,
            )
        return not self._explainer.misfits(schema, body)


def typed_members(schemas: Mapping[str, Mapping[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """What is declared of a query, as its declared types."""
    return {name: typed(text, schemas[name]) for name, text in query.items() if name in schemas}


def typed(text: str, schema: Mapping[str, Any]) -> Any:
    """A query value as its schema's type, if it can be read as one."""
    wanted = {"integer": int, "number": float, "boolean": bool}.get(schema.get("type", ""))
    if wanted is None:
        return text
    try:
        return msgspec.convert(text, wanted, strict=False)
    except msgspec.ValidationError:
        return text


def _example(parameter: Mapping[str, Any]) -> Any:
    if "example" in parameter:
        return parameter["example"]
    examples = parameter.get("examples", {})
    return next((each["value"] for each in examples.values()), None)


def _put_right(body: Any, misfit: Misfit) -> str | None:
    """Change the member in `body` to the schema's example, and return that as it is shown."""
    holder = body
    *way, last = misfit.at.replace("]", "").replace("[", ".").split(".") if misfit.at else [""]
    example = misfit.schema.get("example", "UnPark" if misfit.name == "action" else None)
    if not last or example is None:
        return None
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    holder[last] = example
    return shown(example)


def _as_told(exchange: Exchange) -> tuple[Wrong, ...]:
    """The token endpoint names one thing at a time, in the words of RFC 6749."""
    told: Any = {}
    if exchange.reply is not None and exchange.reply.status >= 400:
        try:
            told = msgspec.json.decode(exchange.reply.body.data)
        except msgspec.DecodeError:
            told = {}
    if not isinstance(told, dict) or not isinstance(told.get("error"), str):
        return ()
    return (Wrong(where="form", code=told["error"], message=str(told.get("error_description", ""))),)
