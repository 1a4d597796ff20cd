"""Incidents and their posts."""

from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query

from vigie.api.lists import before_of, next_of
from vigie.api.models import (
    IncidentInFull,
    Incidents,
    Mentions,
    incident_in_full,
    incident_of,
    mention_of,
)
from vigie.api.routing import Routes
from vigie.errors import NotFound

router = Routes()
T = TypeVar("T")


@router.get("/incidents", summary="List incidents, the newest first", tags=["incidents"])
def incidents(
    brand: Annotated[str | None, Query(max_length=80)] = None,
    state: Annotated[str, Query(pattern="^(open|all)$")] = "open",
    limit: Annotated[int, Query(ge=1, le=50)] = 25,
    next_: Annotated[str | None, Query(alias="next", max_length=400)] = None,
) -> Incidents:
    """`next` of an answer goes into the next request; it is null on the last page."""
    p = router.parts
    known = [b.id for b in p.plan.brands]
    if brand is not None and brand not in known:
        raise NotFound(f"no such brand; the plan has: {', '.join(known)}", field="brand")
    found, goes_on = p.dossiers.summaries(
        [brand] if brand else known,
        open_only=state == "open",
        limit=limit,
        before=before_of(next_),
    )
    return Incidents(incidents=[incident_of(s, p.plan) for s in found], next=next_of(goes_on))


@router.get("/incidents/<id>", summary="One incident in full", tags=["incidents"])
def incident(id: str) -> IncidentInFull:
    """Clocks, severity with its reasons, counts, paging, and the latest 500 timeline entries."""
    p = router.parts
    return incident_in_full(_found(p.dossiers.dossier(id)), p.plan)


@router.get("/incidents/<id>/mentions", summary="Its posts, the newest first", tags=["incidents"])
def mentions(
    id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    next_: Annotated[str | None, Query(alias="next", max_length=400)] = None,
) -> Mentions:
    """With text, labels and reasons. Posts deleted or past their retention are left out."""
    p = router.parts
    tally, _ = _found(p.desks.read(id))
    now = p.now()
    found, goes_on = p.dossiers.mentions(
        id, limit=limit, before=before_of(next_), now=now, merged=tally.merged
    )
    gravest = [] if next_ else p.dossiers.posts(tally.samples, now)
    return Mentions(
        gravest=[mention_of(m) for m in gravest],
        mentions=[mention_of(m) for m in found],
        next=next_of(goes_on),
    )


def _found(value: T | None) -> T:
    if value is None:
        raise NotFound("no such incident", field="id")
    return value
