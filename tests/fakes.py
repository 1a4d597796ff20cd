"""In-memory stand-ins for the ports; the contract tests hold them to the real adapters."""

from dataclasses import replace

from vigie.domain.change import Known
from vigie.domain.incident import BrandState, Desk
from vigie.errors import Conflict, Unavailable
from vigie.ports import GONE


class RecordingQueue:
    """Keeps what was sent; `refuse` holds how many of the next sends fail."""

    def __init__(self, refuse=0):
        self.sent = []
        self.refuse = refuse

    def send(self, messages):
        failed = []
        for position, message in enumerate(messages):
            if self.refuse:
                self.refuse -= 1
                failed.append(position)
            else:
                self.sent.append(message)
        return tuple(failed)

    @property
    def bodies(self):
        return [message.body for message in self.sent]


class InMemoryDeadLetters:
    def __init__(self, broken=False):
        self.parked = []
        self.broken = broken

    def park(self, body, *, group, reason, field, at):
        if self.broken:
            raise Unavailable("the dead-letter queue does not answer")
        self.parked.append({"body": body, "group": group, "reason": reason, "field": field})


class RecordingBackoff:
    def __init__(self):
        self.hidden = []

    def hide(self, receipt_handle, delay):
        self.hidden.append((receipt_handle, delay))


class InMemoryTriageStore:
    """All three tables in dictionaries, with the conditions of the real transaction."""

    def __init__(self):
        self.states = {}
        self.mentions = {}
        self.tallies = {}
        self.desks = {}
        self.timers = {}
        self.ladders = {}
        self.entries = {}

    def state(self, brand):
        return self.states.get(brand, BrandState(brand=brand))

    def known(self, keys):
        return {
            key: Known(
                post_id=self.mentions[key].labelled.mention.post_id,
                incident_id=self.mentions[key].incident_id,
            )
            for key in keys
            if key in self.mentions
        }

    def incidents(self, ids):
        return {
            id_: (self.tallies[id_], self.desks.get(id_, Desk(incident_id=id_)))
            for id_ in ids
            if id_ in self.tallies
        }

    def commit(self, change, now):
        failed = list(self._broken_conditions(change))
        if failed:
            raise Conflict("commit a slice", failed)
        state = change.state
        self.states[state.brand] = replace(state, version=state.version + 1, seen_at=now)
        self.mentions.update({s.labelled.mention.key: s for s in change.mentions})
        for key, id_ in change.adopted:
            self.mentions[key] = replace(self.mentions[key], incident_id=id_)
        self.tallies.update({tally.id: tally for tally in change.tallies})
        self.timers.update({timer.incident_id: timer for timer in change.timers})
        self.ladders.update({ladders.incident_id: ladders for ladders in change.ladders})
        self.entries.update({(e.incident_id, e.at, e.id): e for e in change.entries})

    def _broken_conditions(self, change):
        if self.state(change.state.brand).version != change.state.version:
            yield "state"
        for stored in change.mentions:
            key = stored.labelled.mention.key
            held = self.mentions.get(key)
            if (held.labelled.mention.post_id if held else "") != stored.replaces:
                yield f"mention:{key}"
        for key, _ in change.adopted:
            if key not in self.mentions:
                yield f"{GONE}{key}"
        for id_, unacknowledged in change.checks.items():
            desk = self.desks.get(id_, Desk(incident_id=id_))
            if desk.resolved_at or (unacknowledged and desk.acknowledged_at):
                yield f"desk:{id_}"
