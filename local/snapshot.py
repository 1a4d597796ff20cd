"""Everything that the three tables hold, read past roles and counts."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item

from local.runner import LocalCloud
from vigie.adapters.dynamodb.items import (
    DESK,
    PAGING,
    TALLY,
    desk_from_item,
    entry_from_item,
    paging_from_item,
    tally_from_item,
    timer_from_item,
    timer_sk,
)
from vigie.adapters.dynamodb.mention_items import (
    known_from_item,
    labelled_from_item,
    why_from_item,
)
from vigie.domain.change import Known
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Paging, Tally, Timer
from vigie.domain.labels import Kind, Labels, Sentiment, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.placed import Placed


class Snapshot:
    """What they held at one moment: incidents with all that belongs to them, and mentions.

    `lean` leaves out what reports do not show: the words of the mentions and the reasons.
    """

    def __init__(self, cloud: LocalCloud, *, lean: bool = False) -> None:
        self._lean = lean
        self.tallies: dict[str, Tally] = {}
        self.desks: dict[str, Desk] = {}
        self.pagings: dict[str, Paging] = {}
        self.entries: dict[str, list[Entry]] = {}
        self.mentions: list[LabelledMention] = []
        self.members: dict[str, list[LabelledMention]] = {}
        # By key: posts erased after they were stored, reposts, and posts erased before they came.
        self.erased: dict[str, Known] = {}
        self.reposts: dict[str, Known] = {}
        self.never_seen: dict[str, Known] = {}
        self.timers: dict[str, Timer] = {}
        # By key: how each mention was placed, its labels' scores left out.
        self.placed: dict[str, Placed] = {}
        # How often each mention was repeated.
        self.repeated: dict[str, int] = {}
        for item in _scan(cloud, "IncidentsTable"):
            self._take(item)
        for item in _scan(cloud, "MentionsTable"):
            self._take_mention(item)

    def incidents(self) -> list[Tally]:
        """In the order in which they were opened."""
        return sorted(self.tallies.values(), key=lambda t: (t.opened_at, t.id))

    def desk(self, incident_id: str) -> Desk:
        """An empty desk where nobody has done anything."""
        return self.desks.get(incident_id, Desk(incident_id=incident_id))

    def paging(self, incident_id: str) -> Paging:
        """An empty one where nobody was paged."""
        return self.pagings.get(incident_id, Paging(incident_id=incident_id))

    def _take(self, item: dict[str, Any]) -> None:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if sk == TALLY:
            self.tallies[pk] = tally_from_item(item)
        elif sk == DESK:
            self.desks[pk] = desk_from_item(item)
        elif sk == PAGING:
            self.pagings[pk] = paging_from_item(item)
        elif sk == timer_sk(LADDER_TIMER):
            self.timers[pk] = timer_from_item(item)
        elif sk.startswith("TIMELINE#"):
            self.entries.setdefault(pk, []).append(entry_from_item(item))

    def _take_mention(self, item: dict[str, Any]) -> None:
        key, known = item["pk"]["S"], known_from_item(item)
        self.placed[key] = Placed(key=key, known=known, kept=why_from_item(item))
        if known.deleted:
            was_there = known.posted_at is not None
            (self.erased if was_there else self.never_seen)[key] = known
        elif known.repost:
            self.reposts[key] = known
        else:
            labelled = labelled_from_item(item)
            if self._lean:
                labelled = _lean(labelled)
            self.mentions.append(labelled)
            self.repeated[key] = known.reposts
            if known.incident_id:
                self.members.setdefault(known.incident_id, []).append(labelled)


def _scan(cloud: LocalCloud, table: str) -> Iterator[dict[str, Any]]:
    """Item by item, past the API: moto would sort all of the table for each page of a scan."""
    place = cloud.stack.place
    items = dynamodb_backends[place.account][place.region].tables[cloud.table(table)].items
    for each in items.values():
        for item in [each] if isinstance(each, Item) else list(each.values()):
            yield item.to_json()["Attributes"]


def _lean(labelled: LabelledMention) -> LabelledMention:
    """Without the words and the reasons, which a report does not show: a fifth of the memory."""
    return LabelledMention(
        mention=replace(labelled.mention, text="", flags=()),
        labels=_lean_labels(labelled.labels.urgency, labelled.labels.kind),
    )


@cache
def _lean_labels(urgency: Urgency, kind: Kind) -> Labels:
    return Labels(
        urgency=urgency,
        kind=kind,
        sentiment=Sentiment.NEUTRAL,
        scores={},
        kind_scores={},
        sentiment_scores={},
        reasons=(),
        language="und",
    )
