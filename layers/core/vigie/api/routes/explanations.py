"""Why something is there, and what it says in short."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from vigie.api.accounts import (
    Digest,
    IncidentWhy,
    MentionWhy,
    digest_shown,
    incident_why,
    mention_why,
)
from vigie.api.routing import Routes
from vigie.api.wording import language_of
from vigie.services.explain import digest_of, explain_incident, explain_mention

router = Routes()
Lang = Annotated[str, Query(pattern="^(en|fr)$")]


@router.get("/incidents/<id>/why", summary="Why it is there, and who is paged", tags=["incidents"])
def why_incident(id: str, lang: Lang = "en") -> IncidentWhy:
    """The rule that opened it with its numbers, the severity's reasons, what the ladder did, and
    why somebody or nobody is still paged; in our own words, in English or French."""
    return incident_why(explain_incident(router.parts.dossiers, id), language_of(lang))


@router.get("/incidents/<id>/digest", summary="What its posts say, in short", tags=["incidents"])
def digest_incident(id: str) -> Digest:
    """The most central sentences, the questions most asked, the rumours most repeated, each as
    somebody wrote it and with the posts that say it. Made from the newest 300 posts as they are
    stored at this moment."""
    p = router.parts
    return digest_shown(id, digest_of(p.dossiers, id, p.now()))


@router.get(
    "/brands/<brand>/mentions/<mention>/why",
    summary="Why a post led to a page, or did not",
    tags=["incidents"],
)
def why_mention(brand: str, mention: str, lang: Lang = "en") -> MentionWhy:
    """For every post that is stored, in an incident or not: the rule, scores, thresholds and
    counters when it came, and what became of it. `mention` is the id of its first version."""
    p = router.parts
    account = explain_mention(p.dossiers, p.plan, brand, mention, p.now())
    return mention_why(account, brand, language_of(lang))
