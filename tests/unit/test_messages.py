import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_labelled, a_mention, a_plan
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.mention import Author
from vigie.domain.plan import plan_from_json, plan_to_json
from vigie.errors import Rejected, UnknownVersion
from vigie.messages import (
    Classified,
    Command,
    Mentions,
    StepDue,
    Tick,
    decode_for_triage,
    decode_mentions,
    decode_step,
    encode,
)


@pytest.mark.parametrize(
    ("message", "decode"),
    [
        (Mentions(brand="acme", mentions=(a_mention(), a_mention())), decode_mentions),
        (Classified(brand="acme", mentions=(a_labelled(),)), decode_for_triage),
        (Tick(brand="acme", at=NOON), decode_for_triage),
        (
            Command(brand="acme", command="dismiss", incident_id="inc-1", by="duty-1", at=NOON),
            decode_for_triage,
        ),
        (
            Command(
                brand="acme",
                command="split",
                incident_id="inc-1",
                by="duty-1",
                at=NOON,
                into="inc-2",
                posts=("1", "22"),
            ),
            decode_for_triage,
        ),
        (StepDue(incident_id="inc-1", timer="ladder"), decode_step),
    ],
)
def test_a_message_survives_the_wire(message, decode):
    assert decode(encode(message)) == message


@given(
    text=st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])),
    handle=st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])),
    followers=st.none() | st.integers(0, 10**9),
)
def test_any_text_survives_the_wire_in_ascii(text, handle, followers):
    mention = a_mention(text=text, author=Author(id="1", handle=handle, followers=followers))
    body = encode(Mentions(brand="acme", mentions=(mention,)))

    assert body.isascii()
    assert decode_mentions(body).mentions == (mention,)


@given(st.text(max_size=200))
def test_rubbish_is_rejected_and_nothing_else_is_raised(body):
    for decode in (decode_mentions, decode_for_triage, decode_step):
        with pytest.raises(Rejected):
            decode(body)


def test_deep_nesting_is_rejected():
    with pytest.raises(Rejected):
        decode_mentions("[" * 200_000)


def test_a_reason_never_quotes_what_it_found():
    with pytest.raises(Rejected) as rejected:
        decode_mentions('{"version": "secret words", "type": "mentions"}')

    assert "secret" not in rejected.value.reason


def test_a_newer_version_is_not_rejected():
    with pytest.raises(UnknownVersion):
        decode_step('{"version": 7, "type": "step"}')


@pytest.mark.parametrize(
    ("command", "version"),
    [("resolve", 1), ("dismiss", 1), ("merge", 2), ("split", 2), ("severity", 2)],
)
def test_a_command_carries_the_version_that_brought_it(command, version):
    said = Command(
        brand="acme",
        command=command,
        incident_id="inc-1",
        by="duty-1",
        at=NOON,
        into="inc-2" if command == "split" else "",
        posts=("1",) if command == "split" else (),
    )

    assert json.loads(encode(said))["version"] == version
    assert json.loads(encode(Tick(brand="acme", at=NOON)))["version"] == 1


@pytest.mark.parametrize(("posts", "field"), [([], "posts"), (["x"], "posts"), (None, "posts")])
def test_a_split_says_which_posts(posts, field):
    body = {
        "version": 2,
        "type": "command",
        "brand": "acme",
        "command": "split",
        "incident": "inc-1",
        "by": "duty-1",
        "at": "2026-03-12T12:00:00.000Z",
        "into": "inc-2",
        "posts": posts,
    }

    with pytest.raises(Rejected) as rejected:
        decode_for_triage(json.dumps(body))

    assert rejected.value.field == field


def test_an_accounts_age_travels_with_its_post():
    mention = a_mention(author=Author(id="1", since=NOON - timedelta(days=3)))
    body = encode(Mentions(brand="acme", mentions=(mention,)))

    assert decode_mentions(body).mentions == (mention,)
    assert "since" not in encode(Mentions(brand="acme", mentions=(a_mention(),)))


def test_an_instant_is_utc_with_milliseconds():
    paris = datetime(2026, 3, 12, 13, 0, 0, 123999, tzinfo=timezone(timedelta(hours=1)))

    assert to_iso(paris) == "2026-03-12T12:00:00.123Z"


def test_an_instant_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        from_iso("2026-03-12T12:00:00")


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1)))  # noqa: DTZ001
def test_instants_sort_as_text(instant):
    later = instant.replace(year=min(instant.year + 1, 9999), day=min(instant.day, 28))

    assert (to_iso(instant) < to_iso(later)) == (
        from_iso(to_iso(instant)) < from_iso(to_iso(later))
    )


def test_a_plan_survives_its_compiled_form():
    assert plan_from_json(plan_to_json(a_plan())) == a_plan()


def test_a_plan_of_another_version_says_how_to_mend_it():
    with pytest.raises(ValueError, match="build the plan layer again"):
        plan_from_json('{"version": 99}')
