"""What people say of an incident's shape: the same as another, two in one, contained, how grave."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from vigie.api.decisions import (
    Decided,
    Graded,
    Into,
    Remark,
    SplitAsked,
    Taken,
    decided_of,
    split_asked_of,
)
from vigie.api.routing import Routes
from vigie.api.waits import count_acknowledgement
from vigie.services.commands import contain, grade, merge, split

router = Routes()


@router.post(
    "/incidents/<id>/merge", summary="It is the same crisis as another", tags=["decisions"]
)
def merge_incident(id: str, said: Into) -> Decided:
    """Closes this one; its mentions are counted and shown with `into`, those to come as well."""
    p = router.parts
    return decided_of(merge(p.desks, p.classified, id, said.into, router.act(said.note)))


@router.post("/incidents/<id>/split", summary="Posts are another crisis", tags=["decisions"])
def split_incident(id: str, said: Taken) -> SplitAsked:
    """Opens an incident of these posts, with paging of its own, a moment later."""
    p = router.parts
    asked = split(p.desks, p.dossiers, p.classified, id, said.mentions, router.act(said.note))
    return split_asked_of(id, asked)


@router.post("/incidents/<id>/contain", summary="It gets no worse", tags=["decisions"])
def contain_incident(id: str, remark: Annotated[Remark | None, Body()] = None) -> Decided:
    """Takes the incident too, if nobody has. It stays open, and shows it when it flares up."""
    words = remark.note if remark else ""
    decision = contain(router.parts.desks, id, router.act(words))
    count_acknowledgement(decision)
    return decided_of(decision)


@router.post("/incidents/<id>/severity", summary="Say how grave it is", tags=["decisions"])
def grade_incident(id: str, said: Graded) -> Decided:
    """Lower or higher than counted; it stands until graver evidence than there is now."""
    p = router.parts
    because = said.because.strip()
    return decided_of(grade(p.desks, p.classified, id, said.severity, because, router.act()))
