"""In-memory stand-ins for the ports; the contract tests hold them to the real adapters."""

from dataclasses import replace

from vigie.domain.budget import Spend
from vigie.domain.change import Known
from vigie.domain.clock_rules import CLOCKS
from vigie.domain.cursor import Cursor
from vigie.domain.incident import BrandState, Desk, Paging
from vigie.domain.ladder import EARLY, ready_at
from vigie.domain.outbox import OutboxEntry
from vigie.domain.placed import Placed
from vigie.domain.tombstones import Erasure
from vigie.errors import Conflict, Rejected, Unavailable
from vigie.ports import GONE, Board, Dossier, DueTimer, Standing, Summary


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
        self.clocks = {}
        self.ladders = {}
        self.entries = {}
        self.tombstones = {}
        self.log = {}
        self.numbers = {}

    def state(self, brand):
        return self.states.get(brand, BrandState(brand=brand))

    def known(self, keys):
        return {key: known for key in keys if (known := self._known(key))}

    def _known(self, key):
        if key in self.tombstones:
            before = self.tombstones[key].known or Known(post_id=key.rsplit("#", 1)[-1])
            return replace(before, deleted=True, followers=0)
        if key not in self.mentions:
            return None
        stored = self.mentions[key]
        mention, labels = stored.labelled.mention, stored.labelled.labels
        if mention.repost:
            return Known(post_id=mention.post_id, repost=True, posted_at=mention.posted_at)
        return Known(
            post_id=mention.post_id,
            incident_id=stored.incident_id,
            urgency=labels.urgency,
            kind=labels.kind,
            sentiment=labels.sentiment,
            posted_at=mention.posted_at,
            followers=mention.author.followers or 0,
            reposts=stored.reposts,
        )

    def posts(self, keys):
        held = {key: self.mentions[key].labelled for key in keys if key in self.mentions}
        return {key: post for key, post in held.items() if not post.mention.repost}

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
        for key, reposts in change.reposted:
            held = self.mentions[key]
            self.mentions[key] = replace(held, reposts=held.reposts + reposts)
        for tombstone in change.tombstones:
            self.mentions.pop(tombstone.key, None)
            self.numbers.pop(tombstone.key, None)
            self.tombstones[tombstone.key] = tombstone
            self.log[tombstone.key] = Erasure(key=tombstone.key, why=tombstone.why, at=tombstone.at)
        self.tallies.update({tally.id: tally for tally in change.tallies})
        for timer in change.timers:
            self.set_timer(timer)
        self.ladders.update({ladders.incident_id: ladders for ladders in change.ladders})
        self.entries.update({(e.incident_id, e.at, e.id): e for e in change.entries})

    def set_timer(self, timer):
        """Ladders by incident, the other clocks by incident and name."""
        if timer.name == "ladder":
            self.timers[timer.incident_id] = timer
        else:
            self.clocks[timer.incident_id, timer.name] = timer

    def timer(self, incident_id, name):
        if name == "ladder":
            return self.timers.get(incident_id)
        return self.clocks.get((incident_id, name))

    def end_timer(self, incident_id, name):
        if name == "ladder":
            self.timers.pop(incident_id, None)
        else:
            self.clocks.pop((incident_id, name), None)

    def _broken_conditions(self, change):
        if self.state(change.state.brand).version != change.state.version:
            yield "state"
        for stored in change.mentions:
            key = stored.labelled.mention.key
            held = self.mentions.get(key)
            found = held.labelled.mention.post_id if held else ""
            if key in self.tombstones or found != stored.replaces:
                yield f"mention:{key}"
        for tombstone in change.tombstones:
            if self._known(tombstone.key) != tombstone.known:
                yield f"mention:{tombstone.key}"
        for key in dict.fromkeys(key for key, _ in (*change.adopted, *change.reposted)):
            if key not in self.mentions or self.mentions[key].labelled.mention.repost:
                yield f"{GONE}{key}"
        for id_, read in change.checks.items():
            desk = self.desks.get(id_, Desk(incident_id=id_))
            had = read and (read.acknowledged_at, read.restarts)
            if desk.resolved_at or (had and had != (desk.acknowledged_at, desk.restarts)):
                yield f"desk:{id_}"

    def refreshed(self, key, post, at):
        held = self.numbers.get(key)
        if key not in self.mentions or (held and held[1] >= at):
            raise Conflict("refresh a mention")
        self.numbers[key] = (post, at)
        self.mentions[key] = replace(self.mentions[key], refresh_at=post.next_at)


class InMemoryIncidents(InMemoryTriageStore):
    """The Incidents table for escalate, api and watch, on the same dictionaries as triage's."""

    def __init__(self):
        super().__init__()
        self.pagings = {}
        self.links = {}
        self.outbox = {}

    def claim(self, incident_id, timer, *, claim, now, until):
        held = self.timer(incident_id, timer)
        if held is None:
            return None
        if held.claim == claim:
            return held
        taken = held.claimed_until is not None and held.claimed_until >= now
        if held.due_at > now + EARLY or taken:
            return None
        self.set_timer(replace(held, claim=claim, claimed_until=until))
        return self.timer(incident_id, timer)

    def read(self, incident_id):
        if incident_id not in self.tallies or incident_id not in self.ladders:
            return None
        return Standing(
            tally=self.tallies[incident_id],
            desk=self.desk(incident_id),
            ladders=self.ladders[incident_id],
            paging=self.paging(incident_id),
        )

    def desk(self, incident_id):
        return self.desks.get(incident_id, Desk(incident_id=incident_id))

    def paging(self, incident_id):
        return self.pagings.get(incident_id, Paging(incident_id=incident_id))

    def add_link(self, link):
        self.links[link.id] = link

    def move(self, before, after, change, entries):
        self._must_be_ours(before)
        if after is None:
            self.end_timer(before.incident_id, before.name)
        else:
            self.set_timer(after)
        self.record(before.incident_id, change, entries)

    def record(self, incident_id, change, entries):
        held = self.paging(incident_id)
        self.pagings[incident_id] = replace(
            held,
            pages=held.pages + change.pages,
            first_paged_at=held.first_paged_at or change.first_at,
            last_paged_at=change.last_at or held.last_paged_at,
            delay=held.delay if change.worst is None else change.worst,
            failing_since=change.failing_since,
        )
        self.note(entries)

    def drop(self, timer):
        self._must_be_ours(timer)
        self.end_timer(timer.incident_id, timer.name)

    def holds(self, timer):
        held = self.timer(timer.incident_id, timer.name)
        ours = (timer.run, timer.fired, timer.claim)
        return held is not None and (held.run, held.fired, held.claim) == ours

    def _must_be_ours(self, timer):
        if not self.holds(timer):
            raise Conflict("moving a timer", ["timer"])

    def turn(self, before, after, clocks, entries):
        held = self.desk(before.incident_id)
        if held.resolved_at or _turned(held) != _turned(before):
            raise Conflict("change who has an incident", ["desk"])
        for clock in clocks.held:
            there = self.timer(clock.incident_id, clock.name)
            if not self.holds(clock) or there.due_at != clock.due_at:
                raise Conflict("change who has an incident", ["clock"])
        if after != before:
            self.desks[after.incident_id] = replace(
                held,
                **{name: getattr(after, name) for name in (*_TURNED, "contained_by", "climbed")},
                acknowledged_by=after.acknowledged_by,
            )
        for name in clocks.cancel:
            self.end_timer(before.incident_id, name)
        for clock in clocks.set:
            self.set_timer(clock)
        self.note(entries)

    def note(self, entries):
        self.entries.update({(e.incident_id, e.at, e.id): e for e in entries})

    def timeline(self, incident_id):
        return [e for (id_, _, _), e in sorted(self.entries.items()) if id_ == incident_id]


_CLOSED = ("resolved_at", "resolved_by", "dismissed", "merged_into")
_CONTAINED = ("contained_at", "contained_by")
_TAKEN = ("acknowledged_at", "acknowledged_by", "owner")
_GRADED = ("severity", "severity_at", "severity_by", "severity_because")
_TURNED = ("acknowledged_at", "owner", "acknowledgers", "restarts", "contained_at")


def _turned(desk):
    return tuple(getattr(desk, name) for name in _TURNED)


class InMemoryOverrides:
    def __init__(self, *held):
        self.held = {override.id: override for override in held}
        self.broken = False

    def since(self, at):
        if self.broken:
            raise Unavailable("the overrides cannot be read")
        ending = [override for override in self.held.values() if override.end > at]
        return tuple(sorted(ending, key=lambda override: (override.end, override.id)))

    def add(self, override):
        if override.id in self.held:
            raise Conflict("add an override")
        self.held[override.id] = override

    def cancel(self, override, *, by, at):
        held = self.held.get(override.id)
        if held is None or held.cancelled_at:
            raise Conflict("cancel an override")
        self.held[override.id] = replace(held, cancelled_by=by, cancelled_at=at)


class InMemoryDesks:
    """`Desks` over an `InMemoryIncidents`: both protocols have a `read`."""

    def __init__(self, incidents):
        self._incidents = incidents

    def read(self, incident_id):
        tally = self._incidents.tallies.get(incident_id)
        return tally and (tally, self._incidents.desk(incident_id))

    def board(self, incident_id):
        tally = self._incidents.tallies.get(incident_id)
        clocks = [self._incidents.timer(incident_id, name) for name in ("ladder", *CLOCKS)]
        return tally and Board(
            tally=tally,
            desk=self._incidents.desk(incident_id),
            ladders=self._incidents.ladders.get(incident_id),
            clocks=tuple(filter(None, clocks)),
        )

    def turn(self, before, after, clocks, entries):
        self._incidents.turn(before, after, clocks, entries)

    def close(self, desk, entries, outbox):
        self._must_be_open(desk.incident_id)
        if desk.merged_into:
            self._must_be_open(desk.merged_into)
        self._decide(desk, entries, ("ladder", *CLOCKS), _CLOSED)
        self._incidents.outbox[outbox.incident_id, outbox.name] = outbox

    def contain(self, desk, before, entries):
        held = self._must_be_open(desk.incident_id)
        if (held.contained_at, held.acknowledged_at) != (
            before.contained_at,
            before.acknowledged_at,
        ):
            raise Conflict("contain an incident", ["desk"])
        taken = () if before.acknowledged_at else _TAKEN
        self._decide(desk, entries, ("ladder", "forgotten", "rise"), (*_CONTAINED, *taken))

    def grade(self, desk, before, entries, outbox):
        held = self._must_be_open(desk.incident_id)
        if held.severity_at != before.severity_at:
            raise Conflict("grade an incident", ["desk"])
        self._decide(desk, entries, (), _GRADED)
        self._incidents.outbox[outbox.incident_id, outbox.name] = outbox

    def ask(self, incident_id, entries, outbox):
        self._must_be_open(incident_id)
        self._incidents.note(entries)
        self._incidents.outbox[outbox.incident_id, outbox.name] = outbox

    def _must_be_open(self, incident_id):
        desk = self._incidents.desk(incident_id)
        if desk.resolved_at:
            raise Conflict("an incident is closed", ["desk"])
        return desk

    def _decide(self, desk, entries, ends, names):
        """Only what is decided is written: the rest may have changed since it was read."""
        held = self._incidents.desk(desk.incident_id)
        values = {name: getattr(desk, name) for name in names}
        self._incidents.desks[desk.incident_id] = replace(held, **values)
        for name in ends:
            self._incidents.end_timer(desk.incident_id, name)
        self._incidents.note(entries)

    def note(self, entries):
        self._incidents.note(entries)

    def sent(self, outbox):
        self._incidents.outbox.pop((outbox.incident_id, outbox.name), None)

    def link(self, link_id):
        return self._incidents.links.get(link_id)


class InMemoryDossiers:
    """`Dossiers` over an `InMemoryIncidents`."""

    def __init__(self, incidents):
        self._incidents = incidents

    def summaries(self, brands, *, open_only, limit, before):
        found = sorted(
            (
                tally
                for tally in self._incidents.tallies.values()
                if tally.brand in brands
                and not (open_only and tally.closed_at)
                and (before is None or (tally.opened_at, tally.id) < before)
            ),
            key=lambda tally: (tally.opened_at, tally.id),
            reverse=True,
        )
        shown = [self._summary(tally) for tally in found[:limit]]
        if open_only:
            shown = [summary for summary in shown if summary.desk.resolved_at is None]
        last = found[limit - 1] if len(found) > limit else None
        return tuple(shown), last and (last.opened_at, last.id)

    def dossier(self, incident_id):
        tally = self._incidents.tallies.get(incident_id)
        return tally and Dossier(
            summary=self._summary(tally),
            timer=self._incidents.timers.get(incident_id),
            timeline=tuple(self._incidents.timeline(incident_id)),
            clocks=tuple(
                clock
                for name in CLOCKS
                if (clock := self._incidents.timer(incident_id, name)) is not None
            ),
        )

    def mentions(self, incident_id, *, limit, before, now, merged=()):
        found = sorted(
            (
                stored.labelled
                for stored in self._incidents.mentions.values()
                if stored.incident_id in (incident_id, *merged)
                and (before is None or _place(stored.labelled) < before)
            ),
            key=_place,
            reverse=True,
        )
        last = found[limit - 1] if len(found) > limit else None
        return tuple(found[:limit]), last and _place(last)

    def incidents_of(self, keys):
        known = self._incidents.known(keys)
        return {k: v.incident_id for k, v in known.items() if not (v.deleted or v.repost)}

    def posts(self, keys, now):
        mentions = self._incidents.mentions
        return tuple(mentions[key].labelled for key in keys if key in mentions)

    def versions(self, incident_ids, post_ids, now):
        of_them = (
            stored.labelled
            for stored in self._incidents.mentions.values()
            if stored.incident_id in tuple(incident_ids)
        )
        return {p.mention.post_id: p for p in of_them if p.mention.post_id in post_ids}

    def placed(self, key, now):
        known = self._incidents.known([key]).get(key)
        stored = self._incidents.mentions.get(key)
        if known is None or stored is None or stored.labelled.mention.repost:
            return known and Placed(key=key, known=known)
        return Placed(key=key, known=known, labels=stored.labelled.labels, kept=stored.why)

    def _summary(self, tally):
        return Summary(
            tally=tally,
            desk=self._incidents.desk(tally.id),
            paging=self._incidents.paging(tally.id),
        )


def _place(labelled):
    return labelled.mention.posted_at, labelled.mention.key


class InMemoryDue:
    """`Due` over an `InMemoryIncidents`."""

    def __init__(self, incidents):
        self._incidents = incidents

    def until(self, instant):
        held = self._incidents
        items = [*held.timers.values(), *held.clocks.values(), *held.outbox.values()]
        for item in sorted(items, key=lambda item: item.due_at):
            if item.due_at > instant:
                return
            if isinstance(item, OutboxEntry):
                yield item
            else:
                yield DueTimer(
                    incident_id=item.incident_id,
                    name=item.name,
                    brand=item.brand,
                    ready_at=ready_at(item.due_at, item.claimed_until),
                )

    def sent(self, outbox):
        self._incidents.outbox.pop((outbox.incident_id, outbox.name), None)


class InMemoryHeartbeats:
    def __init__(self, seen=None, sources=None):
        self.seen = seen or {}
        self.read = sources or {}

    def seen_at(self, brand):
        return self.seen.get(brand)

    def sources(self, brand):
        return self.read.get(brand, {})


class InMemoryCorrections:
    def __init__(self):
        self.kept = []

    def add(self, correction):
        last = [one for one in self.kept if one.mention == correction.mention][-1:]
        if [(one.post_id, one.was, one.now) for one in last] == [
            (correction.post_id, correction.was, correction.now)
        ]:
            return last[0]
        self.kept.append(correction)
        return None

    def all(self):
        return iter(self.kept)


class InMemoryStaff:
    def __init__(self):
        self.tokens = {}

    def find(self, token_hash):
        return self.tokens.get(token_hash)

    def all(self):
        return tuple(self.tokens.values())

    def add(self, token):
        if token.hash in self.tokens:
            raise Conflict("add a staff token")
        self.tokens[token.hash] = token

    def revoke(self, token_hash, at):
        if token_hash not in self.tokens:
            raise Conflict("revoke a staff token")
        held = self.tokens[token_hash]
        self.tokens[token_hash] = replace(held, revoked_at=held.revoked_at or at)


class RecordingPager:
    """Keeps what was published; `answers` are raised in turn, None lets one through."""

    def __init__(self, *answers):
        self.published = []
        self.answers = list(answers)
        self.out = False

    def publish(self, message):
        answer = self.answers.pop(0) if self.answers else None
        if self.out:
            answer = Unavailable("SNS is out")
        if answer is not None:
            raise answer
        self.published.append(message)
        return f"message-{len(self.published)}"

    @property
    def slots(self):
        return [f"{m.attributes['audience']}/{m.attributes['channel']}" for m in self.published]


class InMemoryCursors:
    """Cursors in a dictionary, with the lease's conditions."""

    def __init__(self):
        self.cursors = {}
        self.leases = {}

    def take(self, brand, source, *, owner, until, now):
        key = (brand, source)
        holder, held_until = self.leases.get(key, (None, now))
        cursor = self.cursors.get(key, Cursor(brand=brand, source=source))
        if held_until > now and holder != owner:
            return None
        if cursor.not_before and cursor.not_before > now:
            return None
        self.cursors[key] = cursor
        self.leases[key] = (owner, until)
        return cursor

    def save(self, cursor, *, owner, release=False):
        key = (cursor.brand, cursor.source)
        if self.leases.get(key, (None, None))[0] != owner:
            raise Conflict("saving a cursor")
        self.cursors[key] = cursor
        if release:
            del self.leases[key]

    def read(self, brand, source):
        return self.cursors.get((brand, source))

    def all(self, brand):
        return tuple(c for (of, _), c in sorted(self.cursors.items()) if of == brand)


class InMemoryGaps:
    def __init__(self):
        self.gaps = {}

    def add(self, gap, now):
        key = (gap.brand, gap.source, gap.begin)
        if key not in self.gaps or self.gaps[key].end < gap.end:
            self.gaps[key] = gap

    def all(self, brand):
        found = [gap for gap in self.gaps.values() if gap.brand == brand]
        return tuple(sorted(found, key=lambda gap: (gap.end, gap.source), reverse=True))


class InMemoryLedger:
    def __init__(self):
        self.days = {}
        self.last_stop = None

    def spend(self, day):
        return self.days.get(day, Spend(day=day))

    def add(self, day, what, usd):
        held = self.spend(day)
        by_source = {**held.by_source, what: round(held.by_source.get(what, 0) + usd, 6)}
        self.days[day] = Spend(day=day, total=round(held.total + usd, 6), by_source=by_source)
        return self.days[day]

    def stopped(self):
        return self.last_stop

    def stop(self, stop):
        self.last_stop = stop


class StubTimelines:
    """X's answers from `local.fake_x.FakeApi`; `errors` are raised by the next pages instead."""

    def __init__(self, api):
        self.api = api
        self.errors = []

    def page(self, feed, *, since_id, token, now, until_id=0):
        if self.errors and (error := self.errors.pop(0)):
            raise error
        asked = {"max_results": "10", "expansions": "author_id", "since_id": str(since_id)}
        asked |= {"tweet.fields": "author_id,created_at,lang,entities"}
        asked |= {"until_id": str(until_id)} if until_id else {}
        if feed.via == "mentions":
            path = f"/2/users/{feed.subject}/mentions"
            asked |= {"pagination_token": token} if token else {}
        else:
            path = "/2/tweets/search/recent"
            asked |= {"query": feed.subject} | ({"next_token": token} if token else {})
        status, _, body = self.api.answer(path, asked, "Bearer local")
        if status == 400:
            wrong = next(iter(body["errors"][0]["parameters"]))
            raise Rejected("400", field="next_token" if wrong == "pagination_token" else wrong)
        assert status == 200, body
        return body


class InMemoryAnnouncements:
    """What X told of own posts and of itself; `broken` makes every call fail."""

    def __init__(self):
        self.own = {}
        self.heard_at = []
        self.revocations = {}
        self.cost_usd = 0.0
        self.broken = False

    def published(self, brand, post, now):
        self.check()
        self.own.setdefault((brand, post.post_id), post)

    def withdrawn(self, brand, post_id, now):
        self.check()
        self.own[brand, post_id] = "withdrawn"

    def heard(self, now):
        self.check()
        self.heard_at.append(now)

    def billed(self, usd, now):
        self.check()
        self.cost_usd += usd

    def revoked(self, user_id, said_at, now):
        self.check()
        if self.revocations.get(user_id, "") >= said_at:
            return False
        self.revocations[user_id] = said_at
        return True

    def check(self):
        if self.broken:
            raise Unavailable("DynamoDB does not answer")
