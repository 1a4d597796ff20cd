from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_ladder, a_tally, a_timer, some_ladders
from tests.rotas import ANNE, BEN, CLEO, a_layer, a_schedule, an_override, utc
from vigie.domain.audience import audience, begun, climbing, special_for
from vigie.domain.hours import Hours
from vigie.domain.labels import Kind
from vigie.domain.override import Deed
from vigie.domain.people import Person, Quiet
from vigie.domain.plan import Ladder, Severity, SpecialLadder, Step

NEVER = a_schedule(a_layer(ANNE, first=utc(2030, 1, 1).replace(tzinfo=None)))
ALWAYS = a_schedule(a_layer(BEN), id="always")
NIGHT = utc(2026, 1, 6, 2)  # 03:00 in Paris
SILENT = Hours(start=22 * 60, end=7 * 60)


def a_step(*people, **changes):
    values = {"people": people, "channels": ("sms",), "ack_within": timedelta(minutes=5)} | changes
    return Step(**values)


def paged(*steps, index=0, overrides=(), severity=Severity.SEV1, at=NIGHT):
    ladder = Ladder(steps=steps)
    return audience(ladder, index, (NEVER, ALWAYS), overrides, severity, at)


def ids(found):
    return [f"{person.id}/{channel}" for person, channel in found.pages]


def test_a_step_pages_its_people_and_whoever_is_on_call_each_once():
    found = paged(a_step(ANNE, BEN, schedules=("always",)))

    assert ids(found) == ["anne/sms", "ben/sms"]
    assert (found.instead, found.unmanned) == ("", ())


def test_where_nobody_is_on_call_the_else_is_paged_at_once():
    found = paged(a_step(schedules=("rota",), otherwise=(CLEO,)))

    assert ids(found) == ["cleo/sms"]
    assert (found.instead, found.unmanned) == ("else", ("rota",))


def test_an_else_may_be_a_schedule():
    found = paged(a_step(schedules=("rota",), otherwise_schedules=("always",)))

    assert ids(found) == ["ben/sms"]


def test_without_an_else_the_next_step_s_people_are_paged_by_their_own_channels():
    found = paged(a_step(schedules=("rota",)), a_step(CLEO, channels=("mail",)))

    assert ids(found) == ["cleo/mail"]
    assert found.instead == "step 2"


def test_after_the_last_step_an_earlier_one_stands_in():
    found = paged(a_step(CLEO), a_step(schedules=("rota",)), index=1)

    assert (ids(found), found.instead) == (["cleo/sms"], "step 1")


def test_where_somebody_else_of_the_step_is_there_the_gap_is_still_told():
    found = paged(a_step(CLEO, schedules=("rota",)))

    assert ids(found) == ["cleo/sms"]
    assert (found.instead, found.unmanned) == ("", ("rota",))


def test_somebody_muted_is_left_out():
    mute = an_override("mute", ANNE)

    assert ids(paged(a_step(ANNE, BEN), overrides=(mute,))) == ["ben/sms"]


def test_with_everybody_muted_a_crisis_still_wakes_somebody():
    mutes = [an_override("mute", person, id=person.id) for person in (ANNE, BEN)]

    found = paged(a_step(ANNE), overrides=mutes)
    by_schedule = paged(a_step(schedules=("always",)), overrides=mutes)

    assert (ids(found), found.instead) == (["anne/sms"], "muted people")
    assert (ids(by_schedule), by_schedule.instead) == (["ben/sms"], "everybody in the schedules")


def test_a_schedule_that_nobody_ever_serves_pages_everybody_in_it():
    found = paged(a_step(schedules=("rota",)))

    assert (ids(found), found.instead) == (["anne/sms"], "everybody in the schedules")


def sleeper(*quiet, channels=("sms", "mail", "chat")):
    return Person(
        id="s",
        role="duty",
        language="fr",
        time_zone="Europe/Paris",
        channels=channels,
        quiet=tuple(Quiet(channel=c, hours=SILENT, unless=unless) for c, unless in quiet),
    )


SEV1 = Severity.SEV1.rank


@pytest.mark.parametrize(
    ("person", "severity", "at", "expected"),
    [
        (sleeper(("sms", SEV1)), Severity.SEV1, NIGHT, ["s/sms", "s/mail"]),
        (sleeper(("sms", SEV1)), Severity.SEV2, NIGHT, ["s/mail"]),
        (sleeper(("sms", SEV1)), Severity.SEV2, utc(2026, 1, 6, 12), ["s/sms", "s/mail"]),
        # Both of the step's are quiet: another one of theirs.
        (sleeper(("sms", 5), ("mail", 5)), Severity.SEV2, NIGHT, ["s/chat"]),
        # All are: the loudest for what cannot wait, the one that disturbs least for the rest.
        (sleeper(("sms", 5), ("mail", 5), ("chat", 5)), Severity.SEV2, NIGHT, ["s/sms"]),
        (sleeper(("sms", 5), ("mail", 5), ("chat", 5)), Severity.SEV3, NIGHT, ["s/mail"]),
        # By what they cannot be reached they are not paged.
        (sleeper(channels=("chat",)), Severity.SEV3, NIGHT, ["s/chat"]),
        (sleeper(channels=("mail",)), Severity.SEV1, NIGHT, ["s/mail"]),
        (sleeper(channels=()), Severity.SEV1, NIGHT, ["s/sms", "s/mail"]),
    ],
)
def test_quiet_hours_choose_the_channel_and_never_silence(person, severity, at, expected):
    found = paged(a_step(person, channels=("sms", "mail")), severity=severity, at=at)

    assert ids(found) == expected


def a_special(name="night", **changes):
    return SpecialLadder(name=name, ladder=a_ladder(1), **changes)


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (a_special(), True),
        (a_special(brands=("acme",)), True),
        (a_special(brands=("other",)), False),
        (a_special(kinds=(Kind.OUTAGE,)), True),
        (a_special(kinds=(Kind.CONTROVERSY,)), False),
        (a_special(severities=(Severity.SEV2,)), True),
        (a_special(severities=(Severity.SEV1,)), False),
        (a_special(hours=(SILENT,), time_zone="Europe/Paris"), True),
        (a_special(hours=(SILENT,), time_zone="Asia/Tokyo"), False),
    ],
)
def test_a_special_ladder_is_climbed_where_all_its_conditions_hold(row, holds):
    assert special_for([row], a_tally(), Severity.SEV2, NIGHT) == ("night" if holds else "")


def test_the_first_special_ladder_that_holds_is_climbed_and_kept_until_its_run_ends():
    rows = (a_special(hours=(SILENT,), time_zone="Europe/Paris"), a_special("any"))
    ladders = replace(some_ladders(5), special=rows)

    begun_at_night = begun(a_timer(), ladders, a_tally(), NIGHT)
    at_noon = begun(a_timer(), ladders, a_tally(), NOON)
    later = begun(a_timer(fired=1, special="night"), ladders, a_tally(), NOON)
    put_off = begun(a_timer(attempts=1, special="night"), ladders, a_tally(), NOON)

    assert [t.special for t in (begun_at_night, at_noon, later, put_off)] == [
        "night",
        "any",
        "night",
        "night",
    ]
    assert climbing(begun_at_night, ladders) is rows[0].ladder
    assert climbing(a_timer(), ladders) is ladders.by_severity[Severity.SEV2]


STEPS = st.builds(
    Step,
    people=st.lists(st.sampled_from([ANNE, BEN]), max_size=2).map(tuple),
    schedules=st.lists(st.sampled_from(["rota", "always"]), max_size=2).map(tuple),
    otherwise=st.lists(st.just(CLEO), max_size=1).map(tuple),
    channels=st.just(("sms",)),
    ack_within=st.just(timedelta(minutes=5)),
)
OVERRIDES = st.builds(
    an_override,
    deed=st.sampled_from(Deed),
    person=st.sampled_from([ANNE, BEN, CLEO]),
    other=st.sampled_from([None, ANNE, BEN]),
    schedule=st.sampled_from(["", "rota", "always"]),
    start=st.just(utc(2026, 1, 1)),
)


@given(
    steps=st.lists(STEPS, min_size=1, max_size=3),
    overrides=st.lists(OVERRIDES, max_size=4),
    hour=st.integers(0, 200),
)
def test_whatever_is_overridden_a_ladder_that_names_anybody_pages_somebody(steps, overrides, hour):
    names = any(s.people or s.schedules or s.otherwise for s in steps)
    at = utc(2026, 1, 1) + timedelta(hours=hour)

    for index in range(len(steps)):
        found = paged(*steps, index=index, overrides=overrides, at=at)

        assert bool(found.pages) == names
        assert len(set(ids(found))) == len(found.pages)
