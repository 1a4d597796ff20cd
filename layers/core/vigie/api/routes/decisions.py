"""Who takes an incident, how it ends, and what people note."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from vigie.api.decisions import Decided, NoteText, Remark, decided_of
from vigie.api.models import TimelineEntry, entry_of
from vigie.api.routing import Routes
from vigie.api.waits import count_acknowledgement
from vigie.services.desk import acknowledge, dismiss, note, resolve

router = Routes()
Said = Annotated[Remark | None, Body()]


@router.post("/incidents/<id>/acknowledge", summary="Take an incident", tags=["decisions"])
def acknowledge_incident(id: str, remark: Said = None) -> Decided:
    """Ends the paging. Again: changes nothing and says who has it."""
    decision = acknowledge(router.parts.desks, id, router.act(_words(remark)))
    count_acknowledgement(decision)
    return decided_of(decision)


@router.post("/incidents/<id>/resolve", summary="The crisis is over", tags=["decisions"])
def resolve_incident(id: str, remark: Said = None) -> Decided:
    """Later mentions open a new incident that links to this one."""
    p = router.parts
    return decided_of(resolve(p.desks, p.classified, id, router.act(_words(remark))))


@router.post("/incidents/<id>/dismiss", summary="It was no crisis", tags=["decisions"])
def dismiss_incident(id: str, remark: Said = None) -> Decided:
    """Like resolve, but counted as a false alarm."""
    p = router.parts
    return decided_of(dismiss(p.desks, p.classified, id, router.act(_words(remark))))


@router.post("/incidents/<id>/notes", summary="Add a note to the timeline", tags=["decisions"])
def note_incident(id: str, said: NoteText) -> TimelineEntry:
    """Kept for ever: no post's words, no handles."""
    return entry_of(note(router.parts.desks, id, router.act(said.text)))


def _words(remark: Remark | None) -> str:
    return remark.note if remark else ""
