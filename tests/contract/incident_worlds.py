"""The incident ports twice: on dictionaries, and on the Incidents and Mentions tables of moto."""

from tests.fakes import InMemoryDesks, InMemoryDossiers, InMemoryDue, InMemoryIncidents
from vigie.adapters.dynamodb.attributes import key
from vigie.adapters.dynamodb.desks import DynamoDesks
from vigie.adapters.dynamodb.dossiers import DynamoDossiers
from vigie.adapters.dynamodb.due import DynamoDue
from vigie.adapters.dynamodb.escalations import DynamoEscalations
from vigie.adapters.dynamodb.items import (
    desk_to_item,
    entry_to_item,
    ladders_to_item,
    tally_to_item,
    timer_from_item,
    timer_to_item,
)
from vigie.adapters.dynamodb.mention_items import mention_to_item
from vigie.domain.change import Stored

TABLE = "IncidentsTable"


class FakeWorld:
    def __init__(self):
        self.held = InMemoryIncidents()
        self.escalations = self.held
        self.desks = InMemoryDesks(self.held)
        self.dossiers = InMemoryDossiers(self.held)
        self.due = InMemoryDue(self.held)

    def seed(self, *, tally=None, ladders=None, timer=None, desk=None, entries=()):
        if tally:
            self.held.tallies[tally.id] = tally
        if ladders:
            self.held.ladders[ladders.incident_id] = ladders
        if timer:
            self.held.set_timer(timer)
        if desk:
            self.held.desks[desk.incident_id] = desk
        self.held.note(entries)

    def seed_mention(self, labelled, incident_id, now, kept):
        self.held.mentions[labelled.mention.key] = Stored(
            labelled=labelled, incident_id=incident_id
        )

    def timer(self, incident_id, name="ladder"):
        return self.held.timer(incident_id, name)


class DynamoWorld:
    def __init__(self, client):
        self._client = client
        self.escalations = DynamoEscalations(client, TABLE)
        self.desks = DynamoDesks(client, TABLE)
        self.dossiers = DynamoDossiers(client, incidents=TABLE, mentions="MentionsTable")
        self.due = DynamoDue(client, TABLE)

    def seed(self, *, tally=None, ladders=None, timer=None, desk=None, entries=()):
        items = [entry_to_item(entry) for entry in entries]
        for value, to_item in (
            (tally, tally_to_item),
            (ladders, ladders_to_item),
            (timer, timer_to_item),
            (desk, desk_to_item),
        ):
            if value:
                items.append(to_item(value))
        for item in items:
            self._client.put_item(TableName=TABLE, Item=item)

    def seed_mention(self, labelled, incident_id, now, kept):
        stored = Stored(labelled=labelled, incident_id=incident_id)
        self._client.put_item(TableName="MentionsTable", Item=mention_to_item(stored, now, kept))

    def timer(self, incident_id, name="ladder"):
        answer = self._client.get_item(
            TableName=TABLE, Key=key(incident_id, f"TIMER#{name}"), ConsistentRead=True
        )
        return timer_from_item(answer["Item"]) if "Item" in answer else None
