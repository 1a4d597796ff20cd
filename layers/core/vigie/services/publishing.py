"""What goes out of one step: page by page, or with others in a digest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from vigie.domain.clocks import is_over
from vigie.domain.incident import LADDER_TIMER, Timer
from vigie.domain.ladder import FRESH_FOR, outstanding, slot
from vigie.domain.links import link_for, link_url
from vigie.domain.override import Override
from vigie.domain.people import Person
from vigie.domain.storm import Turn
from vigie.errors import Rejected, Unavailable, UnknownVersion
from vigie.ports import Escalations, Pager, Storms
from vigie.services.attempt import Attempt
from vigie.services.bundles import Bundles, pending, rest

# How often the desk is read again because the read had grown old before the publish.
_READS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What pages go out with; see `vigie.services.escalate.Escalation`."""

    escalations: Escalations
    storms: Storms | None
    pager: Pager
    public_url: str
    clock: Callable[[], datetime]
    token: Callable[[], str]

    def page(self, go: Attempt, overrides: Sequence[Override] | None) -> Iterator[Attempt]:
        """Publish what is outstanding, until somebody acknowledges or SNS fails.

        Yields the goes at other incidents that a digest has told along, to be recorded before
        anything else goes out: theirs is paged by it as much as this one.
        """
        bundles = self._bundles()
        for person in {p.id: p for p, _ in outstanding(go.audience.pages, go.timer.sent)}.values():
            turn = bundles.turn(go, person) if bundles else Turn()
            if turn.until is not None:
                go.wait(person, turn.until)
                continue
            if turn.along and bundles:
                yield from self._digest(go, person, turn, bundles, overrides)
            self._page_by_itself(go, person)
            if go.acknowledged or go.failed:
                return

    def _bundles(self) -> Bundles | None:
        if self.storms is None:
            return None
        return Bundles(
            storms=self.storms,
            escalations=self.escalations,
            pager=self.pager,
            public_url=self.public_url,
            clock=self.clock,
            token=self.token,
        )

    def _digest(
        self,
        go: Attempt,
        person: Person,
        turn: Turn,
        bundles: Bundles,
        overrides: Sequence[Override] | None,
    ) -> Iterator[Attempt]:
        """One page for all that waits for this person."""
        bundle = bundles.gather(go, person, turn, overrides)
        goes = list(bundle.goes)
        if len(goes) == 1:
            return  # nothing waits any more
        try:
            bundles.publish(bundle)
        except UnknownVersion:
            raise
        except Unavailable:
            for one in goes:
                one.failed = True
        for other in goes[1:]:
            if rest(other):
                other.waits_until = max(self.clock(), other.timer.due_at)
            yield other

    def _page_by_itself(self, go: Attempt, person: Person) -> None:
        for channel in () if go.acknowledged or go.failed else pending(go, person):
            try:
                if not self._publish(go, person, channel):
                    go.acknowledged = True
                    return
            except UnknownVersion:
                raise
            except Rejected:
                # Our defect in one page must not keep the others from going out.
                go.refused.append(slot(person, channel))
            except Unavailable:
                go.failed = True
                return

    def _publish(self, go: Attempt, person: Person, channel: str) -> bool:
        """One page, unless the desk says that somebody has taken the incident."""
        timer, now = go.timer, self.clock()
        token = self.token()
        self.escalations.add_link(
            link_for(token, timer.incident_id, person.id, person.language, now)
        )
        message = go.message(person, channel, link_url(self.public_url, token), now)
        if not self._is_still_wanted(timer):
            return False
        self.pager.publish(message)
        go.count(slot(person, channel), self.clock())
        return True

    def _is_still_wanted(self, timer: Timer) -> bool:
        """Read desk and clock, at most `FRESH_FOR` before the caller publishes. Of the ladder the
        desk alone: whoever ends it writes there."""
        for _ in range(_READS):
            read_at = self.clock()
            if timer.claimed_until is not None and read_at >= timer.claimed_until:
                raise Unavailable("the claim ran out: somebody else may be paging this step")
            if is_over(timer, self.escalations.desk(timer.incident_id)):
                return False
            if timer.name != LADDER_TIMER and not self.escalations.holds(timer):
                return False
            if self.clock() - read_at <= FRESH_FOR:
                return True
        raise Unavailable("reading the desk takes longer than a page may wait")
