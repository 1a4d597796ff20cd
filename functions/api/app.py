"""api: staff read incidents and decide, and the links of pages are answered."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.metrics import MetricUnit

from vigie import __version__
from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.corrections import DynamoCorrections
from vigie.adapters.dynamodb.cursors import DynamoCursors
from vigie.adapters.dynamodb.desks import DynamoDesks
from vigie.adapters.dynamodb.dossiers import DynamoDossiers
from vigie.adapters.dynamodb.ledger import DynamoGaps, DynamoLedger
from vigie.adapters.dynamodb.overrides import DynamoOverrides
from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.adapters.sqs import SqsQueue
from vigie.api.accounts import (
    Digest,
    IncidentWhy,
    MentionWhy,
    digest_shown,
    incident_why,
    mention_why,
)
from vigie.api.decisions import (
    Corrected,
    Decided,
    Graded,
    Into,
    LabelsSaid,
    NoteText,
    Remark,
    SplitAsked,
    Taken,
    corrected_of,
    decided_of,
    split_asked_of,
)
from vigie.api.description import described
from vigie.api.lists import before_of, next_of
from vigie.api.models import (
    IncidentInFull,
    Incidents,
    Mentions,
    TimelineEntry,
    brand_name,
    entry_of,
    incident_in_full,
    incident_of,
    mention_of,
)
from vigie.api.on_call import (
    OnCall,
    OverrideAsked,
    OverrideShown,
    on_call_of,
    override_of,
    wish_of,
)
from vigie.api.pages import (
    Html,
    Shown,
    busy_page,
    incidents_page,
    language_of,
    link_page,
    lost_page,
    unavailable_page,
)
from vigie.api.sources import (
    Sources,
    sources_of,
)
from vigie.config import ApiConfig
from vigie.domain.correction import Correction
from vigie.domain.incident import Tally
from vigie.domain.instants import from_iso
from vigie.domain.links import Link
from vigie.domain.plan import Plan, plan_from_json
from vigie.errors import Conflict, NotFound, Rejected, Unauthorised, Unavailable, UnknownVersion
from vigie.ports import Corrections, Cursors, Desks, Dossiers, Gaps, Ledger, Overrides, Queue, Staff
from vigie.services.commands import contain, grade, merge, split
from vigie.services.corrections import correct
from vigie.services.desk import Act, acknowledge, dismiss, note, opened_by_link, resolve
from vigie.services.explain import digest_of, explain_incident, explain_mention
from vigie.services.on_call import cancel, duties, override
from vigie.services.staff import recognise

logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver(enable_validation=True)

# Every other route needs a person's token: a route that is added is closed until it is named here.
OPEN_ROUTES = frozenset(
    {"GET /", "GET /health", "GET /openapi.json", "GET /a/{token}", "POST /a/{token}"}
)
Lang = Annotated[str, Query(pattern="^(en|fr)$")]
RETRY_AFTER_S = "2"
# What staff see is theirs alone: no cache keeps it, no browser guesses what it is.
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass
class Parts:
    """What the routes work with; the local runner replaces `now`."""

    desks: Desks
    dossiers: Dossiers
    corrections: Corrections
    staff: Staff
    cursors: Cursors
    gaps: Gaps
    ledger: Ledger
    overrides: Overrides
    classified: Queue
    plan: Plan
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first request, kept for the life of the process."""
    config = ApiConfig.from_env(os.environ)
    dynamodb = aws("dynamodb")
    return Parts(
        desks=DynamoDesks(dynamodb, config.incidents_table),
        dossiers=DynamoDossiers(
            dynamodb, incidents=config.incidents_table, mentions=config.mentions_table
        ),
        corrections=DynamoCorrections(dynamodb, config.incidents_table),
        staff=DynamoStaff(dynamodb, config.brands_table),
        cursors=DynamoCursors(dynamodb, config.brands_table),
        gaps=DynamoGaps(dynamodb, config.brands_table),
        ledger=DynamoLedger(dynamodb, config.brands_table),
        overrides=DynamoOverrides(dynamodb, config.brands_table),
        classified=SqsQueue(aws("sqs"), config.classified_queue_url),
        plan=plan_from_json(Path(config.plan_path).read_text(encoding="utf-8")),
        now=lambda: datetime.now(UTC),
    )


@app.get("/", include_in_schema=False)
def index() -> Response[str]:
    """The list of incidents: without data until its reader gives a token."""
    return _html(incidents_page())


@app.get("/health", summary="Whether the API runs")
def health() -> dict[str, str]:
    """Says nothing about the incidents, and asks nothing of the tables."""
    return {"status": "ok", "version": __version__}


@app.get("/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    """This API's description."""
    return _json(200, _schema())


@app.get("/incidents", summary="List incidents, the newest first", tags=["incidents"])
def incidents(
    brand: Annotated[str | None, Query(max_length=80)] = None,
    state: Annotated[str, Query(pattern="^(open|all)$")] = "open",
    limit: Annotated[int, Query(ge=1, le=50)] = 25,
    next_: Annotated[str | None, Query(alias="next", max_length=400)] = None,
) -> Incidents:
    """`next` of an answer goes into the next request; it is null on the last page."""
    known = [b.id for b in parts().plan.brands]
    if brand is not None and brand not in known:
        raise NotFound(f"no such brand; the plan has: {', '.join(known)}", field="brand")
    found, goes_on = parts().dossiers.summaries(
        [brand] if brand else known,
        open_only=state == "open",
        limit=limit,
        before=before_of(next_),
    )
    return Incidents(incidents=[incident_of(s, parts().plan) for s in found], next=next_of(goes_on))


@app.get("/incidents/<id>", summary="One incident in full", tags=["incidents"])
def incident(id: str) -> IncidentInFull:
    """Clocks, severity with its reasons, counts, paging, and the latest 500 timeline entries."""
    return incident_in_full(_found(parts().dossiers.dossier(id)), parts().plan)


@app.get("/incidents/<id>/mentions", summary="Its posts, the newest first", tags=["incidents"])
def mentions(
    id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
    next_: Annotated[str | None, Query(alias="next", max_length=400)] = None,
) -> Mentions:
    """With text, labels and reasons. Posts deleted or past their retention are left out."""
    tally, _ = _found(parts().desks.read(id))
    now, dossiers = parts().now(), parts().dossiers
    found, goes_on = dossiers.mentions(
        id, limit=limit, before=before_of(next_), now=now, merged=tally.merged
    )
    gravest = [] if next_ else dossiers.posts(tally.samples, now)
    return Mentions(
        gravest=[mention_of(m) for m in gravest],
        mentions=[mention_of(m) for m in found],
        next=next_of(goes_on),
    )


@app.get("/incidents/<id>/why", summary="Why it is there, and who is paged", tags=["incidents"])
def why_incident(id: str, lang: Lang = "en") -> IncidentWhy:
    """The rule that opened it with its numbers, the severity's reasons, what the ladder did, and
    why somebody or nobody is still paged; in our own words, in English or French."""
    return incident_why(explain_incident(parts().dossiers, id), language_of(lang))


@app.get("/incidents/<id>/digest", summary="What its posts say, in short", tags=["incidents"])
def digest_incident(id: str) -> Digest:
    """The most central sentences, the questions most asked, the rumours most repeated, each as
    somebody wrote it and with the posts that say it. Made from the newest 300 posts as they are
    stored at this moment."""
    return digest_shown(id, digest_of(parts().dossiers, id, parts().now()))


@app.get(
    "/brands/<brand>/mentions/<mention>/why",
    summary="Why a post led to a page, or did not",
    tags=["incidents"],
)
def why_mention(brand: str, mention: str, lang: Lang = "en") -> MentionWhy:
    """For every post that is stored, in an incident or not: the rule, scores, thresholds and
    counters when it came, and what became of it. `mention` is the id of its first version."""
    p = parts()
    account = explain_mention(p.dossiers, p.plan, brand, mention, p.now())
    return mention_why(account, brand, language_of(lang))


@app.post("/incidents/<id>/acknowledge", summary="Take an incident", tags=["decisions"])
def acknowledge_incident(id: str, remark: Annotated[Remark | None, Body()] = None) -> Decided:
    """Ends the paging. Again: changes nothing and says who has it."""
    return decided_of(acknowledge(parts().desks, id, _act(remark.note if remark else "")))


@app.post("/incidents/<id>/resolve", summary="The crisis is over", tags=["decisions"])
def resolve_incident(id: str, remark: Annotated[Remark | None, Body()] = None) -> Decided:
    """Later mentions open a new incident that links to this one."""
    return decided_of(
        resolve(parts().desks, parts().classified, id, _act(remark.note if remark else ""))
    )


@app.post("/incidents/<id>/dismiss", summary="It was no crisis", tags=["decisions"])
def dismiss_incident(id: str, remark: Annotated[Remark | None, Body()] = None) -> Decided:
    """Like resolve, but counted as a false alarm."""
    return decided_of(
        dismiss(parts().desks, parts().classified, id, _act(remark.note if remark else ""))
    )


@app.post("/incidents/<id>/merge", summary="It is the same crisis as another", tags=["decisions"])
def merge_incident(id: str, said: Into) -> Decided:
    """Closes this one; its mentions are counted and shown with `into`, those to come as well."""
    p = parts()
    return decided_of(merge(p.desks, p.classified, id, said.into, _act(said.note)))


@app.post("/incidents/<id>/split", summary="Posts are another crisis", tags=["decisions"])
def split_incident(id: str, said: Taken) -> SplitAsked:
    """Opens an incident of these posts, with paging of its own, a moment later."""
    p = parts()
    asked = split(p.desks, p.dossiers, p.classified, id, said.mentions, _act(said.note))
    return split_asked_of(id, asked)


@app.post("/incidents/<id>/contain", summary="It gets no worse", tags=["decisions"])
def contain_incident(id: str, remark: Annotated[Remark | None, Body()] = None) -> Decided:
    """Takes the incident too, if nobody has. It stays open, and shows it when it flares up."""
    return decided_of(contain(parts().desks, id, _act(remark.note if remark else "")))


@app.post("/incidents/<id>/severity", summary="Say how grave it is", tags=["decisions"])
def grade_incident(id: str, said: Graded) -> Decided:
    """Lower or higher than counted; it stands until graver evidence than there is now."""
    p = parts()
    because = said.because.strip()
    return decided_of(grade(p.desks, p.classified, id, said.severity, because, _act("")))


@app.post("/incidents/<id>/notes", summary="Add a note to the timeline", tags=["decisions"])
def note_incident(id: str, said: NoteText) -> TimelineEntry:
    """Kept for ever: no post's words, no handles."""
    return entry_of(note(parts().desks, id, _act(said.text)))


@app.post(
    "/incidents/<id>/mentions/<mention>/labels",
    summary="Correct the labels of a post",
    tags=["decisions"],
)
def correct_labels(id: str, mention: str, said: LabelsSaid) -> Corrected:
    """Kept with who and when, for training; the post and the incident stay as they are.

    `mention` is the post's first id, or that of the version which is shown. The same again changes
    nothing and says who said it first.
    """
    p = parts()
    kept = correct(
        p.desks,
        p.dossiers,
        p.corrections,
        id,
        mention,
        urgency=said.urgency,
        kind=said.kind,
        sentiment=said.sentiment,
        act=_act(""),
    )
    if kept.changed:
        _count(kept.correction)
    return corrected_of(kept.correction)


@app.get("/sources", summary="What is read, what was missed, what it costs", tags=["sources"])
def sources() -> Sources:
    """Each timeline and search of the plan; spans that nobody read; the UTC day's spend."""
    p = parts()
    brands = p.plan.brands
    return sources_of(
        plan=p.plan,
        cursors=[cursor for brand in brands for cursor in p.cursors.all(brand.id)],
        gaps=[gap for brand in brands for gap in p.gaps.all(brand.id)],
        spend=p.ledger.spend(p.now().date()),
        stop=p.ledger.stopped(),
        now=p.now(),
    )


@app.get("/on-call", summary="Who is on call now and next, and the overrides", tags=["on call"])
def on_call(at: Annotated[str | None, Query(max_length=40)] = None) -> OnCall:
    """`at` is another instant, with its offset: 2026-12-24T02:00:00Z."""
    p = parts()
    instant = _instant(at) if at else p.now()
    overrides = p.overrides.since(instant)
    return on_call_of(duties(p.plan, overrides, instant), overrides, instant)


@app.post("/on-call/overrides", summary="Override who is on call", tags=["on call"])
def override_on_call(asked: OverrideAsked) -> OverrideShown:
    """Counts from the next page on, without a deployment. Asked for again, it is the same one."""
    p, now = parts(), parts().now()
    made = override(p.plan, p.overrides, wish_of(asked), app.context["person"], now)
    return override_of(made, now)


@app.delete("/on-call/overrides/<id>", summary="End an override early", tags=["on call"])
def cancel_override(id: str) -> OverrideShown:
    """It stays in the record with who ended it. Again: changes nothing."""
    now = parts().now()
    return override_of(cancel(parts().overrides, id, app.context["person"], now), now)


@app.get("/a/<token>", include_in_schema=False)
def acknowledge_page(token: str) -> Response[str]:
    """Shows a button and acknowledges nothing: link scanners follow links."""
    try:
        link, tally, desk = opened_by_link(parts().desks, token, parts().now())
    except NotFound:
        return _html(lost_page())
    except Unavailable as error:
        _tell(error)
        return _html(unavailable_page())
    return _html(link_page(_shown(link, tally), desk, link.person))


@app.post("/a/<token>", include_in_schema=False)
def acknowledge_by_link(token: str) -> Response[str]:
    """The button: takes the incident in the name of the link's person."""
    now = parts().now()
    try:
        link, tally, desk = opened_by_link(parts().desks, token, now)
    except NotFound:
        return _html(lost_page())
    except Unavailable as error:
        _tell(error)
        return _html(unavailable_page())
    try:
        act = Act(by=link.person, at=now, via="link")
        decision = acknowledge(parts().desks, link.incident_id, act)
    except Conflict:
        return _html(link_page(_shown(link, tally), desk, link.person))
    except Unavailable as error:
        _tell(error)
        return _html(busy_page(_shown(link, tally)))
    return _html(link_page(_shown(link, tally), decision.desk, link.person))


@app.exception_handler(Unauthorised)
def _unauthorised(error: Unauthorised) -> Response[str]:
    return _problem(401, "unauthorised", error.reason, {"WWW-Authenticate": "Bearer"})


@app.exception_handler(NotFound)
def _not_found(error: NotFound) -> Response[str]:
    return _problem(404, "not_found", error.reason)


@app.exception_handler(Rejected)
def _rejected(error: Rejected) -> Response[str]:
    return _problem(422, "rejected", error.reason)


@app.exception_handler(RequestValidationError)
def _invalid(error: RequestValidationError) -> Response[str]:
    # Where and what kind, never the value: people paste tokens into the wrong field.
    fields = [
        f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
        for found in error.errors()
    ]
    return _problem(422, "rejected", "; ".join(fields))


@app.exception_handler(Conflict)
def _conflict(error: Conflict) -> Response[str]:
    return _problem(409, "conflict", str(error))


@app.exception_handler(Unavailable)
def _unavailable(error: Unavailable) -> Response[str]:
    _tell(error)
    return _problem(
        503,
        "unavailable",
        "a table or queue does not answer; try again in a moment",
        {"Retry-After": RETRY_AFTER_S},
    )


@app.not_found
def _no_route(_: Exception) -> Response[str]:
    return _problem(404, "not_found", "no such route; GET /openapi.json lists them")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One HTTP request (payload format 2.0). Who asks is settled before anything else is read."""
    if event["routeKey"] not in OPEN_ROUTES:
        try:
            person = recognise(parts().staff, event.get("headers", {}).get("authorization", ""))
        except Unauthorised as error:
            return _plain(_unauthorised(error))
        except Unavailable as error:
            return _plain(_unavailable(error))
        app.append_context(person=person)
    try:
        answer = app.resolve(event, context)
    except (RecursionError, ValueError):
        # What the resolver's own JSON reader lets through: nesting without end, numbers of
        # thousands of digits, bytes that are no text.
        unreadable = Rejected(
            "the body is not JSON that can be read; send {} or its fields", field="body"
        )
        return _plain(_rejected(unreadable))
    answer["headers"] = ALWAYS | answer["headers"]
    return answer


def _tell(error: Unavailable) -> None:
    logger.warning("request not served", reason=str(error))
    if isinstance(error, UnknownVersion):
        metrics.add_metric(name="UnknownVersion", unit=MetricUnit.Count, value=1)
        metrics.flush_metrics()


def _count(correction: Correction) -> None:
    """One metric a label: where the classifier was right and where not, cell by cell."""
    for label, said, corrected in correction.cells():
        with single_metric(name="LabelsCorrected", unit=MetricUnit.Count, value=1) as metric:
            metric.add_dimension(name="label", value=label)
            metric.add_dimension(name="said", value=said)
            metric.add_dimension(name="corrected", value=corrected)


def _act(words: str) -> Act:
    return Act(by=app.context["person"], at=parts().now(), note=words.strip())


def _shown(link: Link, tally: Tally) -> Shown:
    return Shown(
        tally=tally,
        brand_name=brand_name(tally, parts().plan),
        language=language_of(link.language),
        now=parts().now(),
        is_danger=tally.is_danger,
    )


def _instant(text: str) -> datetime:
    try:
        return from_iso(text.replace(" ", "+"))  # a `+` in a query arrives as a space
    except (ValueError, OverflowError) as error:
        raise Rejected(
            "at is no instant with an offset; write it like 2026-12-24T02:00:00Z", field="at"
        ) from error


def _found(value: Any) -> Any:
    if value is None:
        raise NotFound("no such incident", field="id")
    return value


@cache
def _schema() -> dict[str, Any]:
    """Built on demand: OpenAPI's machinery is as heavy as the rest of the function."""
    given = app.get_openapi_json_schema(
        title="Vigie",
        version=__version__,
        description="Incidents, who has them, and what was decided. One token per person.",
    )
    return described(json.loads(given), OPEN_ROUTES)


def _html(page: Html) -> Response[str]:
    headers = dict(page.headers)
    if page.status == 503:
        headers["Retry-After"] = RETRY_AFTER_S
    return Response(page.status, "text/html; charset=utf-8", page.body, headers)


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response[str]:
    return Response(status, "application/json", json.dumps(body), headers)


def _problem(
    status: int, error: str, detail: str, headers: dict[str, str] | None = None
) -> Response[str]:
    return _json(status, {"error": error, "detail": detail}, headers)


def _plain(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": ALWAYS | {"Content-Type": response.content_type} | response.headers,
        "body": response.body,
    }
