from dataclasses import replace
from datetime import timedelta

from tests.builders import NOON, a_ladder, a_timer, some_ladders
from tests.fakes import InMemoryOverrides
from tests.rotas import ANNE, BEN, CLEO, a_layer, a_schedule, an_override, wall
from tests.unit.test_escalate import Scene
from vigie.adapters.dynamodb.items import (
    ladders_from_item,
    ladders_to_item,
    timer_from_item,
    timer_to_item,
)
from vigie.domain.plan import Severity, SpecialLadder, Step
from vigie.services.escalate import Escalation

MINUTE = timedelta(minutes=1)
# Ben until 12:02, then Anne.
ROTA = a_schedule(a_layer(BEN, ANNE, first=wall(2026, 3, 11, 12, 2)), time_zone="UTC")
EMPTY = a_schedule(a_layer(ANNE, first=wall(2030, 1, 1)), id="empty")


class Night(Scene):
    """A scene whose ladders page schedules."""

    def __init__(self, *steps, overrides=(), special=()):
        ladder = replace(a_ladder(), steps=steps)
        ladders = replace(
            some_ladders(),
            by_severity=dict.fromkeys(Severity, ladder),
            schedules=(ROTA, EMPTY),
            special=special,
        )
        super().__init__(ladders=ladders)
        self.overrides = InMemoryOverrides(*overrides)

    def escalation(self, escalations=None):
        return Escalation(
            escalations=escalations or self.held,
            overrides=self.overrides,
            pager=self.pager,
            queue=self.queue,
            public_url="https://desk.example.org",
            clock=lambda: self.now,
            token=self.token,
        )


def by(*schedules, **changes):
    values = {
        "people": (),
        "schedules": schedules,
        "channels": ("sms",),
        "ack_within": 5 * MINUTE,
    } | changes
    return Step(**values)


def test_whoever_is_on_call_when_the_page_fires_is_paged():
    night = Night(by("rota"))

    night.fire()
    night.now += 5 * MINUTE
    night.fire()

    assert night.pager.slots == ["ben/sms", "anne/sms"]
    assert [entry.what for entry in night.timeline] == ["paged", "paged"]


def test_an_override_counts_from_the_next_page_on():
    night = Night(by("rota"))
    night.fire()
    night.overrides.add(
        an_override("take", CLEO, schedule="rota", start=NOON, end=NOON + 60 * MINUTE)
    )

    night.now += 5 * MINUTE
    night.fire()

    assert night.pager.slots == ["ben/sms", "cleo/sms"]


def test_with_nobody_on_call_the_next_step_is_paged_at_once_and_the_timeline_says_so():
    night = Night(by("empty"), by(people=(CLEO,)))

    night.fire()

    assert night.pager.slots == ["cleo/sms"]
    nobody, paged = night.timeline
    assert (nobody.what, nobody.id) == ("nobody_on_call", "nobody-on-call-1-0")
    assert nobody.facts == {"step": 1, "schedules": "empty", "instead": "step 2"}
    assert paged.facts["step"] == 1
    assert night.timer == a_timer(fired=1, due_at=NOON + 5 * MINUTE)


def test_a_gap_is_told_once_although_the_page_is_put_off():
    night = Night(by("empty", otherwise=(CLEO,)))
    night.pager.out = True
    night.fire()
    night.pager.out = False
    night.now += 15 * timedelta(seconds=1)

    night.fire()

    told = [entry.what for entry in night.timeline]
    assert told.count("nobody_on_call") == 1
    assert night.pager.slots == ["cleo/sms"]


def test_a_hand_over_during_an_outage_pages_the_person_who_is_on_call_now():
    night = Night(by("rota"))
    night.pager.out = True
    night.now += MINUTE
    night.fire()
    night.pager.out = False
    night.now += 2 * MINUTE

    night.fire()

    assert night.pager.slots == ["anne/sms"]


def test_overrides_that_cannot_be_read_do_not_hold_the_page_up():
    night = Night(by("rota"))
    night.overrides.broken = True

    outcome = night.fire()

    assert (outcome.published, night.pager.slots) == (1, ["ben/sms"])
    assert night.timeline[0].facts["overrides"] == "not read"


def test_a_run_keeps_the_special_ladder_that_it_began_with():
    special = SpecialLadder(
        name="office",
        ladder=replace(a_ladder(), steps=(by(people=(CLEO,)), by(people=(BEN,)))),
    )
    night = Night(by("rota"), special=(special,))

    night.fire()
    night.now += 5 * MINUTE
    night.fire()

    assert night.pager.slots == ["cleo/sms", "ben/sms"]
    assert night.timer.special == "office"
    assert [entry.facts["ladder"] for entry in night.timeline] == ["office", "office"]


def test_ladders_with_schedules_read_back_and_are_of_a_newer_version_to_older_code():
    special = SpecialLadder(name="office", ladder=a_ladder(5), severities=(Severity.SEV1,))
    ladders = replace(
        some_ladders(),
        by_severity={Severity.SEV1: replace(a_ladder(), steps=(by("rota", otherwise=(CLEO,)),))},
        schedules=(ROTA,),
        special=(special,),
    )

    assert ladders_from_item(ladders_to_item(ladders)) == ladders
    assert ladders_to_item(ladders)["v"] == {"N": "2"}
    assert ladders_to_item(some_ladders())["v"] == {"N": "1"}
    assert timer_from_item(timer_to_item(a_timer(special="office"))) == a_timer(special="office")
