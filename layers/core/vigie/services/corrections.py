"""A person's word on a label is kept, with who and when; training reads it later."""

from vigie.domain.correction import Correction, Said
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.errors import NotFound, Rejected
from vigie.ports import Corrections, Desks, Dossiers
from vigie.services.desk import Act


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
) -> Correction:
    """What is left out stays as the classifier said. Incident and mention do not change.

    Raises `NotFound` for an incident or a post that is not stored, `Rejected` for a correction of
    nothing.
    """
    if urgency is None and kind is None and sentiment is None:
        raise Rejected("say at least one of urgency, kind and sentiment", field="urgency")
    read = desks.read(incident_id)
    if read is None:
        raise NotFound(f"no incident {incident_id}")
    key = f"{read[0].brand}#x#{post_id}"
    posts = dossiers.posts([key], act.at)
    if not posts:
        raise NotFound(f"no post {post_id} of incident {incident_id}")
    labels = posts[0].labels
    was = Said(urgency=labels.urgency, kind=labels.kind, sentiment=labels.sentiment)
    correction = Correction(
        incident_id=incident_id,
        mention=key,
        was=was,
        now=Said(
            urgency=urgency or was.urgency,
            kind=kind or was.kind,
            sentiment=sentiment or was.sentiment,
        ),
        by=act.by,
        at=act.at,
    )
    corrections.add(correction)
    return correction
