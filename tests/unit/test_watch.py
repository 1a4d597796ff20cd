from datetime import timedelta

from tests.builders import NOON, a_plan, a_timer
from tests.fakes import (
    InMemoryDue,
    InMemoryHeartbeats,
    InMemoryIncidents,
    InMemoryLedger,
    RecordingQueue,
)
from vigie.domain.budget import Stop
from vigie.domain.outbox import OutboxEntry
from vigie.domain.plan import Brand
from vigie.domain.x_walk import feeds_of
from vigie.errors import Unavailable
from vigie.messages import StepDue, Tick, decode_for_triage, decode_step
from vigie.ports import Heartbeat
from vigie.services.watch import sweep

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
PLAN = a_plan(calm_after=timedelta(hours=2))
(SOURCE,) = feeds_of(PLAN.brands[0])


def alive(at=NOON, quiet_since=NOON):
    return Heartbeat(answered_at=at, quiet_since=quiet_since)


class Scene:
    def __init__(self):
        self.held = InMemoryIncidents()
        self.due = InMemoryDue(self.held)
        self.heartbeats = InMemoryHeartbeats({"acme": NOON}, {"acme": {SOURCE.name: alive()}})
        self.ledger = InMemoryLedger()
        self.escalations = RecordingQueue()
        self.classified = RecordingQueue()

    def add_timer(self, number, due_at, **changes):
        id_ = f"inc-{number}"
        self.held.timers[id_] = a_timer(incident_id=id_, due_at=due_at, **changes)

    def add_outbox(self, due_at, queue="classified"):
        entry = OutboxEntry(
            incident_id="inc-1",
            name="resolve",
            queue=queue,
            body='{"version":1}',
            group="acme",
            due_at=due_at,
        )
        self.held.outbox["inc-1", "resolve"] = entry

    def sweep(self, now=NOON, plan=PLAN):
        outboxes = {"classified": self.classified}
        return sweep(self.due, self.heartbeats, self.ledger, self.escalations, outboxes, plan, now)


def test_timers_go_out_with_the_delay_that_is_left():
    scene = Scene()
    for number, due_at in enumerate((-1, 0, 119, 120, 121)):
        scene.add_timer(number, NOON + due_at * SECOND)

    swept = scene.sweep()

    assert swept.steps == 4
    assert [m.delay / SECOND for m in scene.escalations.sent] == [0, 0, 119, 120]
    assert {m.group for m in scene.escalations.sent} == {"acme"}
    assert decode_step(scene.escalations.bodies[0]) == StepDue(incident_id="inc-0", timer="ladder")


def test_the_step_of_a_claim_that_is_alive_waits_until_it_runs_out():
    scene = Scene()
    scene.add_timer(1, NOON - MINUTE, claim="one", claimed_until=NOON + 40 * SECOND)
    scene.add_timer(2, NOON - MINUTE, claim="one", claimed_until=NOON - SECOND)

    scene.sweep()

    assert [m.delay / SECOND for m in scene.escalations.sent] == [40, 0]


def test_a_step_that_is_not_accepted_is_found_again():
    scene = Scene()
    scene.add_timer(1, NOON)
    scene.escalations.refuse = 1

    assert (scene.sweep().failed, scene.sweep().steps) == (1, 1)


def test_an_outbox_entry_is_sent_once_its_writer_had_time_to_send_it():
    scene = Scene()
    scene.add_outbox(NOON + 30 * SECOND)

    assert scene.sweep().left_overs == 0
    assert scene.sweep(NOON + 30 * SECOND).left_overs == 1
    assert scene.sweep(NOON + 31 * SECOND).left_overs == 0
    assert scene.classified.bodies == ['{"version":1}']
    assert scene.held.outbox == {}


def test_an_outbox_entry_that_is_not_accepted_or_not_known_stays():
    scene = Scene()
    scene.add_outbox(NOON)
    scene.classified.refuse = 1

    assert scene.sweep().failed == 1
    assert scene.held.outbox

    scene.add_outbox(NOON, queue="of-a-newer-release")

    assert scene.sweep().failed == 1
    assert scene.held.outbox


def test_an_outbox_entry_that_cannot_be_deleted_is_sent_again():
    scene = Scene()
    scene.add_outbox(NOON)
    delete = scene.due.sent

    def broken(entry):
        raise Unavailable("the table does not answer")

    scene.due.sent = broken
    scene.sweep()
    scene.due.sent = delete
    scene.sweep()

    assert len(scene.classified.sent) == 2
    assert scene.held.outbox == {}


def test_a_brand_without_traffic_gets_a_tick():
    scene = Scene()

    assert scene.sweep(NOON + MINUTE).ticks == 0
    assert scene.sweep(NOON + MINUTE + SECOND).ticks == 1

    scene.heartbeats.seen = {}

    assert scene.sweep().ticks == 1
    assert decode_for_triage(scene.classified.bodies[-1]) == Tick(brand="acme", at=NOON)


def test_a_source_that_was_not_read_for_too_long_is_silent():
    scene = Scene()

    assert scene.sweep(NOON + PLAN.silence_after).silent == 0
    assert scene.sweep(NOON + PLAN.silence_after + SECOND).silent == 1


def test_a_source_that_was_never_read_is_silent():
    scene = Scene()
    scene.heartbeats.read = {}

    assert scene.sweep().silent == 1

    scene.heartbeats.read = {"acme": {SOURCE.name: Heartbeat()}}

    assert scene.sweep().silent == 1


def test_a_source_that_left_the_plan_is_not_missed():
    scene = Scene()
    scene.heartbeats.read["acme"]["search:deadbeef"] = alive(NOON - timedelta(days=40))

    assert scene.sweep().silent == 0


def test_a_source_that_has_no_money_is_not_called_dead():
    scene = Scene()
    late = NOON + PLAN.silence_after + SECOND
    scene.ledger.stop(Stop(until=late, why="X answers that the credits are used up"))

    stopped = scene.sweep(late)
    long_after = scene.sweep(late + 2 * PLAN.silence_after)

    assert (stopped.silent, stopped.without_money) == (0, 1)
    assert (long_after.silent, long_after.without_money) == (1, 0)


def test_a_search_over_its_share_of_the_budget_lacks_money_and_a_timeline_does_not_yet():
    brand = Brand(id="acme", name="Acme", x_ids=("1000000001",), queries=("acme panne",))
    plan = a_plan(brands=(brand,), daily_budget_usd=10.0)
    scene = Scene()
    scene.heartbeats.read = {}
    scene.ledger.add(NOON.date(), "acme/search", 9.0)

    swept = scene.sweep(plan=plan)

    assert (swept.silent, swept.without_money) == (1, 1)


def test_no_mention_from_sources_that_answer_is_told_apart_from_a_dead_connector():
    scene = Scene()
    later = NOON + PLAN.calm_after + SECOND
    scene.heartbeats.read = {"acme": {SOURCE.name: alive(later)}}

    calm = scene.sweep(later)
    in_time = scene.sweep(later - 2 * SECOND)
    scene.heartbeats.read = {"acme": {SOURCE.name: alive()}}
    dead = scene.sweep(later)

    assert (calm.calm, calm.silent) == (1, 0)
    assert in_time.calm == 0
    assert (dead.calm, dead.silent) == (0, 1)


def test_one_source_that_shows_mentions_is_enough():
    brand = Brand(id="acme", name="Acme", x_ids=("1000000001",), queries=("acme panne",))
    plan = a_plan(brands=(brand,), calm_after=timedelta(hours=2))
    timeline, search = feeds_of(brand)
    later = NOON + timedelta(hours=9)
    scene = Scene()
    scene.heartbeats.read = {
        "acme": {timeline.name: alive(later), search.name: alive(later, later - MINUTE)}
    }

    assert scene.sweep(later, plan).calm == 0


def test_a_brand_that_was_never_read_is_not_calm():
    scene = Scene()
    scene.heartbeats.read = {}

    assert scene.sweep(NOON + timedelta(days=9)).calm == 0
