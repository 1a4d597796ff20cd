"""Everything that the three tables hold, read past roles and counts."""

from collections.abc import Iterator
from typing import Any

from local.runner import LocalCloud
from vigie.adapters.dynamodb.items import (
    DESK,
    PAGING,
    TALLY,
    desk_from_item,
    entry_from_item,
    paging_from_item,
    tally_from_item,
)
from vigie.adapters.dynamodb.mention_items import known_from_item, labelled_from_item
from vigie.domain.change import Known
from vigie.domain.incident import Desk, Entry, Paging, Tally
from vigie.domain.mention import LabelledMention


class Snapshot:
    """What they held at one moment: incidents with all that belongs to them, and mentions."""

    def __init__(self, cloud: LocalCloud) -> None:
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
        elif sk.startswith("TIMELINE#"):
            self.entries.setdefault(pk, []).append(entry_from_item(item))

    def _take_mention(self, item: dict[str, Any]) -> None:
        key, known = item["pk"]["S"], known_from_item(item)
        if known.deleted:
            was_there = known.posted_at is not None
            (self.erased if was_there else self.never_seen)[key] = known
        elif known.repost:
            self.reposts[key] = known
        else:
            labelled = labelled_from_item(item)
            self.mentions.append(labelled)
            self.repeated[key] = known.reposts
            if known.incident_id:
                self.members.setdefault(known.incident_id, []).append(labelled)


def _scan(cloud: LocalCloud, table: str) -> Iterator[dict[str, Any]]:
    pages = cloud.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=cloud.table(table)):
        yield from page["Items"]
