"""The whole ladder under any order of what people do and what fails, against a simple model."""

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.builders import NOON
from tests.fakes import InMemoryDesks
from tests.ladder_model import MINUTE, SECOND, STAFF
from tests.ladder_world import Mishap, World
from vigie.domain.clock_rules import NO_RULES, ClockRules, PromiseRule
from vigie.domain.labels import Kind
from vigie.domain.links import link_id
from vigie.domain.override import Deed, Override
from vigie.domain.plan import Severity
from vigie.errors import NotFound
from vigie.messages import StepDue, encode
from vigie.services.clocks import escalate_now, hand_over, keep_promise, promise_by
from vigie.services.commands import contain, grade, merge, split
from vigie.services.desk import acknowledge, dismiss, note, opened_by_link, resolve

# Whoever runs this may print how much was tried.
TRIED: Counter[str] = Counter()
STARTS = (
    NOON,
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # half an hour before the clocks of Paris jump
    datetime(2026, 10, 24, 23, 55, tzinfo=UTC),  # before they show an hour twice
    datetime(2026, 12, 31, 23, 50, tzinfo=UTC),
)
KINDS = (Kind.OUTAGE, Kind.NATURAL_DISASTER, Kind.PRODUCT_QUALITY)
RULES = ClockRules(
    acknowledged_for={
        severity: (10 if severity is Severity.SEV1 else 40) * MINUTE for severity in Severity
    },
    acknowledgements={Severity.SEV1: 2},
    promises={"first_word": PromiseRule(within={Severity.SEV1: 60 * MINUTE})},
)
people = st.sampled_from([person.id for person in STAFF])
which = st.integers(0, 3)


def incident(world, number, *, untaken=False):
    """The id of one of the incidents that are not closed; None without any."""
    found = [
        tally.id
        for tally in world.held.tallies.values()
        if tally.closed_at is None
        and world.held.desk(tally.id).resolved_at is None
        and not (untaken and world.held.desk(tally.id).is_acknowledged)
    ]
    return found[number % len(found)] if found else None


def acknowledges(world, number=0, by="anne"):
    if id_ := incident(world, number, untaken=True):
        world.act(acknowledge, world.desks, id_, by=by)


def resolves(world):
    if id_ := incident(world, 0):
        world.act(resolve, world.desks, world.classified, id_)


def escalates(world, number=0, by="anne"):
    if id_ := incident(world, number):
        world.act(escalate_now, world.desks, world.escalations, id_, by=by)


def rises(world):
    """More of each kind that is there, and triage at once."""
    for kind in {tally.kind for tally in world.held.tallies.values()}:
        world.say(kind, 1)
    if world.classified.waiting:
        world.classified.deliver(world.triage)


def comes_twice(world):
    """A message of every ladder, those that are being worked on among them."""
    for id_ in world.held.timers:
        world.escalations.put(encode(StepDue(incident_id=id_, timer="ladder")), world.now)
    if world.escalations.waiting:
        world.escalations.deliver(world.escalate)


SLOW = tuple(timedelta(seconds=s) for s in (0.2, 0.9, 1.5, 5, 70))
MEANWHILE = (acknowledges, resolves, escalates, rises, comes_twice)
KINDS_OF_MISHAPS = [
    (what, after) for what in ("crash", "down", *SLOW, *MEANWHILE) for after in (False, True)
]
mishaps = st.tuples(
    st.integers(1, 40),
    st.booleans(),
    st.one_of(st.sampled_from(["crash", "down"]), st.sampled_from((*SLOW, *MEANWHILE))),
)


class Ladders(RuleBasedStateMachine):
    @initialize(
        start=st.sampled_from(STARTS),
        kind=st.sampled_from(KINDS),
        rules=st.sampled_from([NO_RULES, RULES]),
        pages_a_minute=st.sampled_from([0, 2]),
    )
    def begins(self, start, kind, rules, pages_a_minute):
        TRIED["runs"] += 1
        self.world = World(start, rules=rules, pages_a_minute=pages_a_minute)
        self.world.say(kind, 1)
        self.world.work()

    def done(self):
        TRIED["steps"] += 1
        self.world.check()

    # ------------------------------------------------------------------ what happens outside

    @rule(kind=st.sampled_from(KINDS), number=st.integers(1, 3), at_once=st.booleans())
    def people_are_in_danger(self, kind, number, at_once):
        self.world.say(kind, number)
        if at_once:
            self.world.work()
        self.done()

    @rule(minutes=st.sampled_from([0, 1, 2, 5, 11, 31]), coming=st.lists(mishaps, max_size=4))
    def time_passes(self, minutes, coming):
        self.expect(coming)
        self.world.run(minutes * MINUTE)
        self.done()

    @rule(minutes=st.sampled_from([1, 7, 61, 300, 1440]))
    def nothing_works_for_a_while(self, minutes):
        self.world.now += minutes * MINUTE
        self.done()

    # ------------------------------------------------------------------ what people do

    @rule(number=which, by=people)
    def somebody_acknowledges(self, number, by):
        acknowledges(self.world, number, by)
        self.done()

    @precondition(lambda self: self.world.links)
    @rule(data=st.data(), press=st.booleans())
    def somebody_opens_a_link(self, data, press):
        token = data.draw(st.sampled_from(self.world.links[-8:]))
        held = self.world.held
        before = dict(held.desks), dict(held.timers)
        link = held.links[link_id(token)]
        with suppress(NotFound):  # expired
            opened_by_link(InMemoryDesks(held), token, self.world.now)
        assert before == (held.desks, held.timers)
        if press and link.expires_at > self.world.now:
            self.world.act(
                acknowledge, self.world.desks, link.incident_id, by=link.person, via="link"
            )
        self.done()

    @rule(number=which, by=people, deed=st.sampled_from([resolve, dismiss, contain, note]))
    def somebody_decides(self, number, by, deed):
        if id_ := incident(self.world, number):
            queue = () if deed in (contain, note) else (self.queue,)
            self.world.act(deed, self.world.desks, *queue, id_, by=by)
        self.done()

    @rule(number=which, by=people, severity=st.sampled_from(list(Severity)))
    def somebody_says_how_grave_it_is(self, number, by, severity):
        if id_ := incident(self.world, number):
            self.world.act(grade, self.world.desks, self.queue, id_, severity, "so", by=by)
        self.done()

    @rule(one=which, other=which)
    def somebody_merges(self, one, other):
        ids = incident(self.world, one), incident(self.world, other)
        if all(ids):
            self.world.act(merge, self.world.desks, self.queue, *ids)
        self.done()

    @rule(number=which, posts=st.integers(1, 2))
    def somebody_splits(self, number, posts):
        id_ = incident(self.world, number)
        held = self.world.held.mentions.values()
        roots = [s.labelled.mention.root_id for s in held if s.incident_id == id_]
        if id_ and roots:
            chosen = roots[:posts]
            self.world.act(split, self.world.desks, self.world.dossiers, self.queue, id_, chosen)
        self.done()

    @rule(number=which, by=people)
    def somebody_escalates(self, number, by):
        escalates(self.world, number, by)
        self.done()

    @rule(number=which, to=people, by=people)
    def somebody_hands_over(self, number, to, by):
        if id_ := incident(self.world, number):
            self.world.act(hand_over, self.world.desks, self.world.escalations, id_, to, by=by)
        self.done()

    @rule(number=which, minutes=st.sampled_from([5, 45]), keep=st.booleans())
    def somebody_promises(self, number, minutes, keep):
        world = self.world
        if id_ := incident(world, number):
            if keep:
                world.act(keep_promise, world.desks, id_, "update")
            else:
                at = world.now + minutes * MINUTE
                world.act(promise_by, world.desks, world.escalations, id_, "update", at)
        self.done()

    @rule(
        deed=st.sampled_from(list(Deed)),
        people=st.permutations(STAFF),
        minutes=st.sampled_from([3, 20, 600]),
    )
    def somebody_overrides(self, deed, people, minutes):
        now, number = self.world.now, len(self.world.overrides.held)
        override = Override(
            id=f"{number:012d}",
            deed=deed,
            person=people[0],
            other=people[1] if deed is Deed.SWAP else None,
            schedule="rota" if deed in (Deed.TAKE, Deed.ADD) else "",
            start=now,
            end=now + minutes * MINUTE,
            by="lead-1",
            at=now,
        )
        self.world.overrides.add(override)
        self.done()

    # ------------------------------------------------------------------ what fails

    @rule(coming=st.lists(mishaps, min_size=1, max_size=4))
    def something_goes_wrong(self, coming):
        self.expect(coming)
        self.done()

    def expect(self, coming):
        """The mishaps of one after the other, each so many calls after the last."""
        at = 0
        for calls, after, what in coming:
            at += calls
            self.world.mishaps.append(Mishap(at, what, after))

    @rule(out=st.booleans())
    def sns_is_out_or_back(self, out):
        self.world.pager.out = out
        self.done()

    @rule(broken=st.booleans())
    def overrides_cannot_be_read_or_can(self, broken):
        self.world.overrides.broken = broken
        self.done()

    @rule(times=st.integers(1, 3))
    def a_queue_refuses(self, times):
        self.world.escalations.refuse += times
        self.world.classified.refuse += times
        self.done()

    @rule(keep=st.integers(0, 2))
    def messages_are_lost(self, keep):
        del self.world.escalations.waiting[keep:]
        self.done()

    @rule(late=st.sampled_from([0, 30, 700]))
    def messages_come_again(self, late):
        for _, _, body, _, _ in self.world.escalations.waiting[:5]:
            self.world.escalations.put(body, self.world.now + late * SECOND)
        self.done()

    @rule()
    def all_is_well_for_a_while(self):
        self.world.calm_down()
        self.done()

    @property
    def queue(self):
        return self.world.port(self.world.classified, "queue")

    def teardown(self):
        if not hasattr(self, "world"):
            return
        self.world.calm_down()
        self.world.check()
        world, books = self.world, self.world.books
        TRIED["crashes"] += world.crashes
        TRIED["calls"] += world.calls
        TRIED["incidents"] += len(world.held.tallies)
        TRIED["pages"] += sum(books.pages.values())
        TRIED["pages repeated after a crash"] += sum(n - 1 for n in books.pages.values())
        TRIED["mended"] += world.mended


def a_quarter_of_an_hour(pages_a_minute, *mishaps):
    """Two incidents, one of which gets graver and is taken; messages come twice and get lost."""
    world = World(rules=RULES, pages_a_minute=pages_a_minute)
    world.mishaps += mishaps
    world.say(Kind.OUTAGE, 3)
    world.say(Kind.PRODUCT_QUALITY, 1)
    world.run(3 * MINUTE)
    world.say(Kind.OUTAGE, 1)
    comes_twice(world)
    world.run(4 * MINUTE)
    world.escalations.waiting.clear()
    rises(world)
    acknowledges(world, by="duty-1")
    world.run(8 * MINUTE)
    resolves(world)
    world.calm_down()
    return world


def with_a_mishap_at_single_calls(pages_a_minute, every, kinds):
    """Each of the calls meets another kind of mishap; or, with all of them at once, each kind."""
    calls = a_quarter_of_an_hour(pages_a_minute).calls
    for at in range(1, calls, every):
        for number in range(kinds):
            what, after = KINDS_OF_MISHAPS[(at // every + number) % len(KINDS_OF_MISHAPS)]
            a_quarter_of_an_hour(pages_a_minute, Mishap(at, what, after))


@pytest.mark.parametrize("pages_a_minute", [0, 2])
def test_the_ladder_holds_whatever_happens_at_a_single_call(pages_a_minute):
    with_a_mishap_at_single_calls(pages_a_minute, every=9, kinds=1)


@pytest.mark.soak
@pytest.mark.parametrize("pages_a_minute", [0, 2])
def test_the_ladder_holds_whatever_happens_at_each_single_call(pages_a_minute):
    with_a_mishap_at_single_calls(pages_a_minute, every=1, kinds=len(KINDS_OF_MISHAPS))


def ladders_with_crashes(number, seed):
    """So many ladders that nobody acknowledges, each with crashes and failures at random calls."""
    chance, found = random.Random(seed), Counter()
    for _ in range(number):
        world = World(chance.choice(STARTS), pages_a_minute=chance.choice([0, 2]))
        world.say(Kind.OUTAGE, chance.choice([1, 3]))
        for _ in range(chance.randint(1, 6)):
            what = chance.choice(["crash", "crash", "down"])
            world.mishaps.append(Mishap(chance.randint(1, 120), what, chance.random() < 0.5))
        world.run(60 * MINUTE)
        world.calm_down()
        (timer,) = world.held.timers.values()
        found["ladders"] += 1
        found["crashes"] += world.crashes
        found["steps done"] += timer.fired
        found["pages due"] += len(world.books.owed)
        found["pages lost"] += len(world.books.lost)
        found["pages repeated"] += sum(n - 1 for n in world.books.pages.values())
        late = world.held.paging(timer.incident_id).delay
        found["worst delay, s"] = max(found["worst delay, s"], int(late.total_seconds()))
    print(f"\ncrash-injected ladders, seed {seed}: {dict(found)}")
    return found


def test_no_page_is_lost_in_ladders_with_crashes():
    found = ladders_with_crashes(50, seed=1)

    assert found["crashes"] > 50
    assert found["pages lost"] == 0


@pytest.mark.soak
def test_no_page_is_lost_in_a_thousand_ladders_with_crashes():
    assert ladders_with_crashes(1_000, seed=random.randrange(2**32))["pages lost"] == 0


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("forgotten", [False, True])
def test_what_gets_graver_while_the_ladder_starts_again_climbs_the_graver_one(at, forgotten):
    world = World(rules=RULES)
    world.say(Kind.OUTAGE, 1)
    world.work()
    acknowledges(world)
    if forgotten:
        world.run(54 * MINUTE + 59 * SECOND)  # asked after 40, and everybody after 15 more
    world.mishaps += [Mishap(at, rises, False), Mishap(at, rises, False)]

    if not forgotten:
        escalates(world)
    world.run(6 * MINUTE)

    (tally,) = world.held.tallies.values()
    assert (tally.severity, tally.run) == (Severity.SEV2, 3)
    assert world.held.timers[tally.id].severity is Severity.SEV2
    assert not world.mishaps


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("after", [False, True])
def test_what_is_taken_while_it_gets_graver_is_asked_about_or_paged_but_never_both(at, after):
    world = World(rules=RULES)
    world.say(Kind.OUTAGE, 1)
    world.work()
    world.mishaps.append(Mishap(at, acknowledges, after))

    world.say(Kind.OUTAGE, 1)
    world.work()
    world.check()
    world.calm_down()

    assert not world.mishaps


def check(examples, steps):
    run_state_machine_as_test(
        Ladders,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"ladders: {dict(TRIED)}")


def test_the_ladder_holds_whatever_happens():
    check(examples=20, steps=25)


@pytest.mark.soak
def test_the_ladder_holds_whatever_happens_in_a_long_time():
    check(examples=2_000, steps=60)
