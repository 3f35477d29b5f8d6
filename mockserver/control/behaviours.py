"""Variants and defects, switched for one session."""

from typing import Any

from mockserver.control.asked import Asked, Operations
from mockserver.control.faults import bad_request
from mockserver.control.inventory import behaviour
from mockserver.control.messages import BehaviourRequest
from mockserver.variants import VARIANTS
from mockserver.way.behaviour_seam import Behaviours


def behaviours(known: Behaviours) -> Operations:
    async def catalogue(_asked: Asked) -> Any:
        return {
            "variants": [
                {"slug": each.slug, "summary": each.summary, "reading": each.reading}
                for each in VARIANTS.values()
            ],
            "defects": [
                {"slug": each.slug, "summary": each.summary, "clause": each.clause, "kind": each.kind}
                for each in known.defects.values()
            ],
        }

    async def show(asked: Asked) -> Any:
        return behaviour(asked.session())

    async def switch(asked: Asked) -> Any:
        wanted = await asked.read(BehaviourRequest)
        session = asked.current()
        try:
            session.behave(tuple(wanted.variants), wanted.defect)
        except LookupError as error:
            raise bad_request(str(error)) from None
        return behaviour(session)

    return {"listBehaviours": catalogue, "getBehaviour": show, "setBehaviour": switch}
