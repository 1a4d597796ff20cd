"""The pages of HTML: the desk, and behind the links of pages sent by text message."""

from dataclasses import replace

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
from vigie.api.several import several_page
from vigie.api.waits import count_acknowledgement
from vigie.api.wording import language_of
from vigie.domain.links import Link
from vigie.errors import Conflict, NotFound, Unavailable
from vigie.ports import Board
from vigie.services.desk import Act, acknowledge, board_of, opened_by_link, wanted_of

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
        link, board = opened_by_link(p.desks, token, p.now(), _meant())
        if link.others:
            return _several(link, board)
    except NotFound:
        return _html(lost_page())
    except Unavailable as error:
        tell(error)
        return _html(unavailable_page())
    return _html(link_page(_shown(link, board), board.desk, link.person))


@router.post("/a/<token>", include_in_schema=False)
def acknowledge_by_link(token: str) -> Response[str]:
    """The button: takes the incident in the name of the link's person."""
    p = router.parts
    now = p.now()
    try:
        link, board = opened_by_link(p.desks, token, now, _meant())
        if link.others:  # nothing says which one: nothing is taken
            return _several(link, board)
    except NotFound:
        return _html(lost_page())
    except Unavailable as error:
        tell(error)
        return _html(unavailable_page())
    try:
        act = Act(by=link.person, at=now, via="link")
        decision = acknowledge(p.desks, link.incident_id, act)
        count_acknowledgement(decision)
    except Conflict:
        return _html(link_page(_shown(link, board), board.desk, link.person))
    except Unavailable as error:
        tell(error)
        return _html(busy_page(_shown(link, board)))
    shown = replace(_shown(link, board), asks=False, needed=decision.needed)
    return _html(link_page(shown, decision.desk, link.person))


def _meant() -> str:
    """Which of a digest's incidents is asked for."""
    return (router.current_event.query_string_parameters or {}).get("incident", "")


def _several(link: Link, board: Board) -> Response[str]:
    boards = [board, *(board_of(router.parts.desks, id_) for id_ in link.others)]
    return _html(several_page([(_shown(link, one), one.desk) for one in boards]))


def _shown(link: Link, board: Board) -> Shown:
    p, tally = router.parts, board.tally
    wanted = wanted_of(board, link.person)
    brand = p.plan.brand(tally.brand)
    return Shown(
        tally=tally,
        brand_name=brand.name if brand else "",
        language=language_of(link.language),
        now=p.now(),
        is_danger=tally.is_danger,
        asks=wanted > 0,
        needed=wanted or 1,
    )


def _html(page: Html) -> Response[str]:
    headers = dict(page.headers) | (RETRY_AFTER if page.status == 503 else {})
    return Response(page.status, "text/html; charset=utf-8", page.body, headers)
