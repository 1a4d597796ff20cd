"""Storm control: whose page has its turn, and the digest that tells one person all that waited."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vigie.domain.audience import begun, climbing
from vigie.domain.incident import LADDER_TIMER, Timer
from vigie.domain.ladder import CLAIM_FOR, FRESH_FOR, lateness, outstanding, slot
from vigie.domain.links import link_for, link_url
from vigie.domain.override import Override
from vigie.domain.page_digest import Digest, Line, compose_digest
from vigie.domain.people import Person
from vigie.domain.plan import Severity
from vigie.domain.storm import GRACE, Turn, ask
from vigie.errors import Conflict, Rejected, Unavailable, UnknownVersion
from vigie.ports import Escalations, Pager, Standing, Storms
from vigie.services.attempt import Attempt, attempt_at

# Of as many invocations that count at once each wins within so many tries. Whoever loses them all
# lets the page go out uncounted.
_TRIES = 10
# How often the desks are read again because the reads had grown old before the publish.
_READS = 3


@dataclass(slots=True, kw_only=True)
class Bundle:
    """One digest in the making: the goes that it counts for, and what it only tells again."""

    person: Person
    goes: list[Attempt]
    before: list[Standing] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundles:
    """What digests are made with; see `vigie.services.escalate.Escalation`."""

    storms: Storms
    escalations: Escalations
    pager: Pager
    public_url: str
    clock: Callable[[], datetime]
    token: Callable[[], str]

    def turn(self, go: Attempt, person: Person) -> Turn:
        """Whether `person` may be paged now. Where nobody can tell, they are: a page too many is a
        nuisance, one too few is the crisis."""
        limit = go.standing.ladders.pages_a_minute
        timer = go.timer
        if not limit or timer.name != LADDER_TIMER:
            return Turn()
        for _ in range(_TRIES):
            now = self.clock()
            try:
                storm, turn = ask(
                    self.storms.read(person.id),
                    timer.incident_id,
                    f"{timer.run}-{timer.fired}",
                    limit=limit,
                    breaks_through=timer.severity is Severity.SEV1 or go.standing.tally.is_danger,
                    now=now,
                )
                self.storms.save(storm, now)
            except Conflict:
                continue
            except Unavailable:
                return Turn()
            return turn
        return Turn()

    def gather(
        self, go: Attempt, person: Person, turn: Turn, overrides: Sequence[Override] | None
    ) -> Bundle:
        """The digest of `go` and of what waits with it, each claimed as if it were due."""
        joined = [self._join(id_, overrides) for id_ in turn.along]
        bundle = Bundle(person=person, goes=[go, *(one for one in joined if one is not None)])
        if len(bundle.goes) > 1:
            bundle.before = [s for id_ in turn.before if (s := self._told(id_)) is not None]
        return bundle

    def publish(self, bundle: Bundle) -> None:
        """Publish the digest on every channel by which one of its incidents pages the person, and
        count it for each; those that somebody took meanwhile are left out.

        Raises `Unavailable` as `Pager.publish` does, with what went out counted.
        """
        self._add_links(bundle)
        channels = dict.fromkeys(c for go in bundle.goes for c in pending(go, bundle.person))
        for channel in channels:
            self._keep_wanted(bundle)
            goes = [go for go in bundle.goes if channel in pending(go, bundle.person)]
            if not goes:
                continue
            now = self.clock()
            lines = [_line(go, bundle.urls, now) for go in goes]
            lines += [_told_again(s, bundle.urls) for s in bundle.before]
            digest = Digest(
                person=bundle.person,
                channel=channel,
                lines=tuple(lines),
                url=bundle.url,
                at=now,
            )
            name = slot(bundle.person, channel)
            try:
                self.pager.publish(compose_digest(digest))
            except UnknownVersion:
                raise
            except Rejected:
                for go in goes:
                    go.refused.append(name)
                continue
            for go in goes:
                go.count(name, self.clock())
                go.digest = len(lines)

    def _join(self, incident_id: str, overrides: Sequence[Override] | None) -> Attempt | None:
        """The go at an incident that waits; None for one that no longer does, or that somebody
        else works on. One that cannot be read pages by itself, when its claim runs out."""
        now = self.clock()
        try:
            timer = self.escalations.claim(
                incident_id,
                LADDER_TIMER,
                claim=self.token(),
                # It is due in `GRACE`; a claim that ends by then is three times the function's
                # time-out less that old, and so of the dead.
                now=now + GRACE,
                until=now + CLAIM_FOR,
            )
            standing = None if timer is None else self.escalations.read(incident_id)
        except Unavailable:
            return None
        if timer is None or standing is None:
            return None
        if standing.desk.is_acknowledged:
            with suppress(Conflict, Unavailable):
                self.escalations.drop(timer)
            return None
        timer = begun(timer, standing.ladders, standing.tally, now)
        ladder = climbing(timer, standing.ladders)
        return None if ladder is None else attempt_at(timer, standing, ladder, overrides, now)

    def _told(self, incident_id: str) -> Standing | None:
        """One that was paged by itself a moment ago: worth a line as long as nobody has it."""
        try:
            standing = self.escalations.read(incident_id)
        except Unavailable:
            return None
        return None if standing is None or standing.desk.is_acknowledged else standing

    def _add_links(self, bundle: Bundle) -> None:
        """A link for each incident, and one for all of them."""
        now, person = self.clock(), bundle.person
        ids = [go.timer.incident_id for go in bundle.goes]
        ids += [standing.tally.id for standing in bundle.before]
        for id_ in ids:
            token = self.token()
            self.escalations.add_link(link_for(token, id_, person.id, person.language, now))
            bundle.urls[id_] = link_url(self.public_url, token)
        token = self.token()
        link = link_for(token, ids[0], person.id, person.language, now)
        self.escalations.add_link(replace(link, others=tuple(ids[1:])))
        bundle.url = link_url(self.public_url, token)

    def _keep_wanted(self, bundle: Bundle) -> None:
        """Read every desk, at most `FRESH_FOR` before the caller publishes."""
        for _ in range(_READS):
            read_at = self.clock()
            for go in bundle.goes:
                if _is_lost(go.timer, read_at):
                    raise Unavailable("a claim ran out: somebody else may be paging this step")
                go.acknowledged = self._is_taken(go.timer.incident_id)
            bundle.goes = [go for go in bundle.goes if not go.acknowledged]
            bundle.before = [s for s in bundle.before if not self._is_taken(s.tally.id)]
            if self.clock() - read_at <= FRESH_FOR:
                return
        raise Unavailable("reading the desks takes longer than a page may wait")

    def _is_taken(self, incident_id: str) -> bool:
        return self.escalations.desk(incident_id).is_acknowledged


def pending(go: Attempt, person: Person) -> tuple[str, ...]:
    """The channels by which this go has still to page the person."""
    done = (*go.timer.sent, *go.sent, *go.refused)
    return tuple(c for one, c in outstanding(go.audience.pages, done) if one.id == person.id)


def rest(go: Attempt) -> bool:
    """Whether somebody else is still to be paged by this go's step."""
    done = (*go.timer.sent, *go.sent, *go.refused)
    return bool(outstanding(go.audience.pages, done))


def _is_lost(timer: Timer, now: datetime) -> bool:
    return timer.claimed_until is not None and now >= timer.claimed_until


def _line(go: Attempt, urls: dict[str, str], now: datetime) -> Line:
    standing = go.standing
    return Line(
        tally=standing.tally,
        brand_name=standing.ladders.brand_name,
        url=urls[standing.tally.id],
        late=lateness(go.timer, now),
        next_at=now + go.step.ack_within,
    )


def _told_again(standing: Standing, urls: dict[str, str]) -> Line:
    return Line(
        tally=standing.tally,
        brand_name=standing.ladders.brand_name,
        url=urls[standing.tally.id],
        late=timedelta(0),
        next_at=None,
        told=True,
    )
