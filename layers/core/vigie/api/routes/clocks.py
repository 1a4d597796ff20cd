"""Whom an incident pages: handed over, escalated, and what people promise."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from vigie.api.clocks import HandedTo, PromiseAsked, PromiseShown, promise_of
from vigie.api.decisions import Decided, Remark, decided_of
from vigie.api.routing import Routes
from vigie.services.clocks import escalate_now, hand_over, keep_promise, promise_by

router = Routes()


@router.post("/incidents/<id>/hand-over", summary="Somebody else has it", tags=["decisions"])
def hand_over_incident(id: str, said: HandedTo) -> Decided:
    """The new owner is paged once to know. To whoever has it: changes nothing."""
    p = router.parts
    return decided_of(hand_over(p.desks, p.escalations, id, said.to, router.act(said.note)))


@router.post("/incidents/<id>/escalate", summary="Page the next step now", tags=["decisions"])
def escalate_incident(id: str, remark: Annotated[Remark | None, Body()] = None) -> Decided:
    """Where somebody has it, a new run of the ladder begins, until somebody acknowledges that."""
    p = router.parts
    words = remark.note if remark else ""
    return decided_of(escalate_now(p.desks, p.escalations, id, router.act(words)))


@router.post("/incidents/<id>/clocks", summary="Promise something", tags=["decisions"])
def promise(id: str, said: PromiseAsked) -> PromiseShown:
    """The owner and whom the plan names are paged before it is due, when it is, and from then on
    until it is kept."""
    p = router.parts
    act = router.act(said.note)
    return promise_of(promise_by(p.desks, p.escalations, id, said.name, said.due_at, act))


@router.delete("/incidents/<id>/clocks/<name>", summary="A promise is kept", tags=["decisions"])
def keep(id: str, name: str) -> PromiseShown:
    """Or no longer needed. Again: changes nothing."""
    return promise_of(keep_promise(router.parts.desks, id, name, router.act()))
