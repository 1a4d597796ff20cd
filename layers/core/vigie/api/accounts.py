"""The API's JSON for what people ask of Vigie itself: why, and what the posts say."""

from typing import TYPE_CHECKING

from vigie.api.shape import Instant, Shape
from vigie.api.telling import because, told
from vigie.domain.incident import State, state_of
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import Severity
from vigie.domain.why import Why
from vigie.services.explain import IncidentAccount, MentionAccount

if TYPE_CHECKING:
    from vigie.domain.digest import Digest as DomainDigest
    from vigie.domain.digest import Line as DomainLine


class Told(Shape):
    """Why one thing is as it is: the rule that decided, what it looked at (scores, counters and,
    with `_from` behind their names, thresholds, all as they were then), and the same in words."""

    rule: str
    facts: dict[str, str | int | float]
    says: str


class IncidentWhy(Shape):
    """Why it was opened, why it is as grave, what the ladder did, and why somebody or nobody is
    still paged. `says` is all of it in words, none of a post."""

    id: str
    state: State
    severity: Severity
    opened_at: Instant
    opened: Told
    because: str
    severity_because: list[str]
    paging: list[Told]
    says: list[str]


class Sign(Shape):
    """What the classifier saw in a post, in our own words."""

    rule: str
    label: str
    says: str
    weight: float


class MentionWhy(Shape):
    """Why one post led to a page or did not. `placed` is the decision when it came, `since` what
    became of it, `incident` the account of the incident that it counts in. `scores` are the
    classifier's probabilities. `says` is all of it in words, none of the post's."""

    id: str
    post_id: str
    brand: str
    posted_at: Instant | None
    erased: bool
    repost: bool
    urgency: Urgency
    kind: Kind
    scores: dict[str, float]
    signs: list[Sign]
    placed: Told
    since: list[Told]
    incident: IncidentWhy | None
    says: list[str]


class Line(Shape):
    """A sentence as somebody wrote it, and how many posts say about the same, by how many authors;
    `copies` of them are word for word the text of another. `mentions` names up to ten of the posts,
    the quoted one first."""

    text: str
    mentions: list[str]
    count: int
    authors: int
    copies: int


class Digest(Shape):
    """What the newest posts say in their own words (`read` of them, by `authors`), made while you
    ask: a post that was erased is not in it. Unlike everything else of an incident it holds other
    people's words: show them as text."""

    id: str
    read: int
    authors: int
    title: Line | None
    summary: list[Line]
    questions: list[Line]
    rumours: list[Line]


def incident_why(account: IncidentAccount, language: str) -> IncidentWhy:
    """As `GET /incidents/{id}/why` shows it."""
    summary = account.dossier.summary
    tally = summary.tally
    opened = because(tally.because, language)
    grave = [because(reason, language) for reason in tally.severity_because]
    paging = [_told(why, language) for why in account.paging]
    said = [
        Why(rule="opened", facts={"because": opened}),
        Why(rule="grave", facts={"severity": tally.severity.value, "because": "; ".join(grave)}),
    ]
    return IncidentWhy(
        id=tally.id,
        state=state_of(tally, summary.desk),
        severity=tally.severity,
        opened_at=tally.opened_at,
        opened=_told(account.opened, language),
        because=opened,
        severity_because=grave,
        paging=paging,
        says=[*(told(why, language) for why in said), *(one.says for one in paging)],
    )


def mention_why(account: MentionAccount, brand: str, language: str) -> MentionWhy:
    """As `GET /brands/{brand}/mentions/{mention}/why` shows it."""
    known, labels = account.placed.known, account.placed.labels
    placed = _told(account.placed.why, language)
    since = [_told(why, language) for why in account.since]
    incident = incident_why(account.incident, language) if account.incident else None
    return MentionWhy(
        id=account.placed.key.rpartition("#")[2],
        post_id=known.post_id,
        brand=brand,
        posted_at=known.posted_at,
        erased=known.deleted,
        repost=known.repost,
        urgency=known.urgency,
        kind=known.kind,
        scores=dict(labels.scores) if labels else {},
        signs=[
            Sign(
                rule=reason.rule,
                label=reason.label,
                says=because(reason.says, language),
                weight=reason.weight,
            )
            for reason in (labels.reasons if labels else ())
        ],
        placed=placed,
        since=since,
        incident=incident,
        says=[
            placed.says,
            *(one.says for one in since),
            *(incident.says if incident else []),
        ],
    )


def digest_shown(incident_id: str, digest: "DomainDigest") -> Digest:
    """As `GET /incidents/{id}/digest` shows it."""
    return Digest(
        id=incident_id,
        read=digest.mentions,
        authors=digest.authors,
        title=_line(digest.title) if digest.title else None,
        summary=[_line(line) for line in digest.summary],
        questions=[_line(line) for line in digest.questions],
        rumours=[_line(line) for line in digest.rumours],
    )


def _told(why: Why, language: str) -> Told:
    return Told(rule=why.rule, facts=dict(why.facts), says=told(why, language))


def _line(line: "DomainLine") -> Line:
    return Line(
        text=line.text,
        mentions=list(line.ids),
        count=line.mentions,
        authors=line.authors,
        copies=line.copies,
    )
