"""The pages of HTML: the desk, and behind the links of pages sent by text message."""

from aws_lambda_powertools.event_handler import Response

from vigie.api.answers import RETRY_AFTER
from vigie.api.pages import (
    Html,
    Shown,
    busy_page,
    incidents_page,
    link_page,
    lost_page,
    unavailable_page,
)
from vigie.api.problems import tell
from vigie.api.routing import Routes
from vigie.api.wording import language_of
from vigie.domain.incident import Tally
from vigie.domain.links import Link
from vigie.errors import Conflict, NotFound, Unavailable
from vigie.services.desk import Act, acknowledge, opened_by_link

router = Routes()


@router.get("/", include_in_schema=False)
def index() -> Response[str]:
    """The list of incidents: without data until its reader gives a token."""
    return _html(incidents_page())


@router.get("/a/<token>", include_in_schema=False)
def acknowledge_page(token: str) -> Response[str]:
    """Shows a button and acknowledges nothing: link scanners follow links."""
    p = router.parts
    try:
        link, tally, desk = opened_by_link(p.desks, token, p.now())
    except NotFound:
        return _html(lost_page())
    except Unavailable as error:
        tell(error)
        return _html(unavailable_page())
    return _html(link_page(_shown(link, tally), desk, link.person))


@router.post("/a/<token>", include_in_schema=False)
def acknowledge_by_link(token: str) -> Response[str]:
    """The button: takes the incident in the name of the link's person."""
    p = router.parts
    now = p.now()
    try:
        link, tally, desk = opened_by_link(p.desks, token, now)
    except NotFound:
        return _html(lost_page())
    except Unavailable as error:
        tell(error)
        return _html(unavailable_page())
    try:
        act = Act(by=link.person, at=now, via="link")
        decision = acknowledge(p.desks, link.incident_id, act)
    except Conflict:
        return _html(link_page(_shown(link, tally), desk, link.person))
    except Unavailable as error:
        tell(error)
        return _html(busy_page(_shown(link, tally)))
    return _html(link_page(_shown(link, tally), decision.desk, link.person))


def _shown(link: Link, tally: Tally) -> Shown:
    p = router.parts
    brand = p.plan.brand(tally.brand)
    return Shown(
        tally=tally,
        brand_name=brand.name if brand else "",
        language=language_of(link.language),
        now=p.now(),
        is_danger=tally.is_danger,
    )


def _html(page: Html) -> Response[str]:
    headers = dict(page.headers) | (RETRY_AFTER if page.status == 503 else {})
    return Response(page.status, "text/html; charset=utf-8", page.body, headers)
