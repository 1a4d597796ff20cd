"""A person's word on a label is kept, with who and when; training reads it later."""

from dataclasses import dataclass
from datetime import datetime

from vigie.domain.correction import Correction, Said
from vigie.domain.incident import Tally
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.mention import LabelledMention
from vigie.errors import NotFound, Rejected
from vigie.ports import Corrections, Desks, Dossiers
from vigie.services.desk import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What stands. `changed` is false where the last word on the post said the same already."""

    correction: Correction
    changed: bool


def correct(
    desks: Desks,
    dossiers: Dossiers,
    corrections: Corrections,
    incident_id: str,
    post_id: str,
    *,
    urgency: Urgency | None,
    kind: Kind | None,
    sentiment: Sentiment | None,
    act: Act,
) -> Kept:
    """What is left out stays as the classifier said. Incident and mention do not change.

    `post_id` is the post's first id or that of the version that is stored now.

    Raises `NotFound` for an incident or a post that is not stored, `Rejected` for a correction of
    nothing.
    """
    if urgency is None and kind is None and sentiment is None:
        raise Rejected("say at least one of urgency, kind and sentiment", field="urgency")
    read = desks.read(incident_id)
    if read is None:
        raise NotFound(f"no incident {incident_id}")
    post = _found(dossiers, read[0], post_id, act.at)
    if post is None:
        raise NotFound(
            f"incident {incident_id} has no post with this id, as its first one or as that of the "
            "version which is stored; its mentions show their ids",
            field="mention",
        )
    labels = post.labels
    was = Said(urgency=labels.urgency, kind=labels.kind, sentiment=labels.sentiment)
    correction = Correction(
        incident_id=incident_id,
        mention=post.mention.key,
        post_id=post.mention.post_id,
        was=was,
        now=Said(
            urgency=urgency or was.urgency,
            kind=kind or was.kind,
            sentiment=sentiment or was.sentiment,
        ),
        by=act.by,
        at=act.at,
    )
    said_before = corrections.add(correction)
    return Kept(correction=said_before or correction, changed=said_before is None)


def _found(dossiers: Dossiers, tally: Tally, post_id: str, now: datetime) -> LabelledMention | None:
    """The post of the incident, or of one merged into it, by its first id or its version's."""
    incidents = (tally.id, *tally.merged)
    key = f"{tally.brand}#x#{post_id}"
    if dossiers.incidents_of([key]).get(key) in incidents:
        found = dossiers.posts([key], now)
        return found[0] if found else None
    return dossiers.versions(incidents, [post_id], now).get(post_id)
