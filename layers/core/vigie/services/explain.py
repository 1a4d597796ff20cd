"""What staff ask of Vigie itself: why it placed a mention, paged somebody or nobody, and what an
incident's posts say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from vigie.domain.labels import Urgency
from vigie.domain.merging import MERGED_MOST, survivor_of
from vigie.domain.paged import MERGED, why_opened, why_paged
from vigie.domain.placed import Placed
from vigie.domain.plan import Plan
from vigie.domain.why import PLACED_NOWHERE, USUAL, WAITS, Why
from vigie.errors import NotFound
from vigie.ports import Dossier, Dossiers

if TYPE_CHECKING:
    from vigie.domain.digest import Digest

ERASED = "erased"
TAKEN_LATER = "taken_later"
LET_GO = "let_go"
IN_INCIDENT = "in_incident"
NO_INCIDENT = "no_incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAccount:
    """An incident with why it was opened, and why somebody or nobody is paged."""

    dossier: Dossier
    opened: Why
    paging: tuple[Why, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionAccount:
    """A mention with why it is where it is, what became of it `since`, and its incident's account
    where it has one."""

    placed: Placed
    since: tuple[Why, ...]
    incident: IncidentAccount | None


def explain_incident(dossiers: Dossiers, incident_id: str) -> IncidentAccount:
    """Raises `NotFound`."""
    dossier = dossiers.dossier(incident_id)
    if dossier is None:
        raise NotFound(f"there is no incident {incident_id[:40]!r}", field="id")
    return account_of(dossier)


def explain_mention(
    dossiers: Dossiers, plan: Plan, brand: str, root_id: str, now: datetime
) -> MentionAccount:
    """Why somebody or nobody was paged for this one post, whether or not it is in an incident.

    `root_id` is the id of its first version. Raises `NotFound` when nothing is stored of it.
    """
    if plan.brand(brand) is None:
        known = ", ".join(one.id for one in plan.brands)
        raise NotFound(f"no such brand; the plan has: {known}", field="brand")
    placed = dossiers.placed(f"{brand}#x#{root_id}", now)
    if placed is None:
        raise NotFound(
            f"nothing is stored of post {root_id[:20]!r}: it did not name the brand, is its own, "
            "or is past its retention; of an edited post give the first id",
            field="mention",
        )
    incident_id = placed.known.incident_id
    dossier = dossiers.dossier(incident_id) if incident_id else None
    since = since_then(placed, plan, now)
    # Its mentions count for the survivor of a merge, and so does the paging.
    for _ in range(MERGED_MOST):
        into = _survivor(dossier)
        if not into:
            break
        since.append(Why(rule=MERGED, facts={"into": into}))
        dossier = dossiers.dossier(into)
    return MentionAccount(
        placed=placed,
        since=tuple(since),
        incident=account_of(dossier) if dossier else None,
    )


def digest_of(dossiers: Dossiers, incident_id: str, now: datetime) -> Digest:
    """Of the newest posts that are still stored, and of the gravest. Raises `NotFound`."""
    # Its patterns take as long to build as a small request: only who asks for it pays.
    from vigie.domain.digest import MENTIONS_READ, digest

    dossier = dossiers.dossier(incident_id)
    if dossier is None:
        raise NotFound(f"there is no incident {incident_id[:40]!r}", field="id")
    tally = dossier.summary.tally
    gravest = dossiers.posts(tally.samples, now)
    newest, _ = dossiers.mentions(
        incident_id, limit=MENTIONS_READ, before=None, now=now, merged=tally.merged
    )
    # A storm of newer posts must not push the one that matters out.
    urgent = [post for post in gravest if post.labels.urgency is Urgency.CRITICAL]
    posts = {post.mention.key: post for post in (*urgent, *newest)}
    return digest([*posts.values()])


def account_of(dossier: Dossier) -> IncidentAccount:
    """What there is to say of an incident."""
    summary = dossier.summary
    return IncidentAccount(
        dossier=dossier,
        opened=why_opened(summary.tally, dossier.timeline),
        paging=why_paged(summary.tally, summary.desk, summary.paging, dossier.timer),
    )


def _survivor(dossier: Dossier | None) -> str:
    if dossier is None:
        return ""
    return survivor_of(dossier.summary.tally, dossier.summary.desk)


def since_then(placed: Placed, plan: Plan, now: datetime) -> list[Why]:
    """What became of a mention after it was placed."""
    known, found = placed.known, []
    if known.deleted:
        found.append(Why(rule=ERASED))
    rule = placed.why.rule
    if known.incident_id:
        later = TAKEN_LATER if rule in PLACED_NOWHERE else IN_INCIDENT
        return [*found, Why(rule=later, facts={"incident": known.incident_id})]
    waits = rule in (WAITS, USUAL)
    if waits and known.posted_at is not None and now - known.posted_at > plan.company_within:
        found.append(Why(rule=LET_GO))
    return [*found, Why(rule=NO_INCIDENT)]
