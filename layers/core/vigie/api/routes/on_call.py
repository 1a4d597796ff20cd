"""Who is on call, and who takes a shift instead."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from vigie.api.on_call import (
    OnCall,
    OverrideAsked,
    OverrideShown,
    on_call_of,
    override_of,
    wish_of,
)
from vigie.api.routing import Routes
from vigie.domain.instants import from_iso
from vigie.errors import Rejected
from vigie.services.on_call import cancel, duties, override

router = Routes()


@router.get("/on-call", summary="Who is on call now and next, and the overrides", tags=["on call"])
def on_call(at: Annotated[str | None, Query(max_length=40)] = None) -> OnCall:
    """`at` is another instant, with its offset: 2026-12-24T02:00:00Z."""
    p = router.parts
    instant = _instant(at) if at else p.now()
    overrides = p.overrides.since(instant)
    return on_call_of(duties(p.plan, overrides, instant), overrides, instant)


@router.post("/on-call/overrides", summary="Override who is on call", tags=["on call"])
def override_on_call(asked: OverrideAsked) -> OverrideShown:
    """Counts from the next page on, without a deployment. Asked for again, it is the same one."""
    p = router.parts
    now = p.now()
    return override_of(override(p.plan, p.overrides, wish_of(asked), router.person, now), now)


@router.delete("/on-call/overrides/<id>", summary="End an override early", tags=["on call"])
def cancel_override(id: str) -> OverrideShown:
    """It stays in the record with who ended it. Again: changes nothing."""
    p = router.parts
    now = p.now()
    return override_of(cancel(p.overrides, id, router.person, now), now)


def _instant(text: str) -> datetime:
    try:
        return from_iso(text.replace(" ", "+"))  # a `+` in a query arrives as a space
    except (ValueError, OverflowError) as error:
        raise Rejected(
            "at is no instant with an offset; write it like 2026-12-24T02:00:00Z", field="at"
        ) from error
