"""In-memory stand-ins for what the audit and storm control keep, on the incidents' dictionaries."""

from vigie.domain.auditing import Checked
from vigie.domain.storm import Storm
from vigie.errors import Conflict, Unavailable


class InMemoryAudits:
    """`Audits` over an `InMemoryIncidents`."""

    def __init__(self, incidents):
        self._incidents = incidents

    def open(self, brand):
        for tally in list(self._incidents.tallies.values()):
            if tally.brand == brand and tally.closed_at is None:
                yield tally.id

    def check(self, incident_ids):
        held = self._incidents
        checked = [
            Checked(
                tally=held.tallies.get(id_),
                desk=held.desk(id_),
                ladders=held.ladders.get(id_),
                timer=held.timers.get(id_),
                paging=held.paging(id_),
            )
            for id_ in incident_ids
            if not held.desk(id_).is_acknowledged
        ]
        return tuple(checked), 0

    def mend(self, before, after, entries):
        now = self._incidents.timers.get(after.incident_id)
        if _read(now) != _read(before) or self._incidents.desk(after.incident_id).is_acknowledged:
            raise Conflict("mending a timer", ["timer"])
        self._incidents.timers[after.incident_id] = after
        self._incidents.note(entries)


def _read(timer):
    return timer and (timer.run, timer.fired, timer.claim)


class InMemoryStorms:
    """`Storms` in a dictionary; `broken` for tables that do not answer."""

    def __init__(self):
        self.held = {}
        self.broken = False

    def read(self, person):
        if self.broken:
            raise Unavailable("the table does not answer")
        return self.held.get(person, Storm(person=person))

    def save(self, storm, now):
        if self.held.get(storm.person, Storm(person=storm.person)).revision != storm.revision - 1:
            raise Conflict("counting a person's pages")
        self.held[storm.person] = storm
