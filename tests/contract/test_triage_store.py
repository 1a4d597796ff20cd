from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_labelled, a_plan
from tests.fakes import InMemoryTriageStore
from vigie.adapters.dynamodb.items import desk_to_item
from vigie.adapters.dynamodb.triage_store import DynamoTriageStore
from vigie.domain.change import Change, Stored
from vigie.domain.incident import BrandState, Desk, Echoing, Word
from vigie.domain.labels import Urgency
from vigie.domain.plan import Severity
from vigie.domain.triage import fold
from vigie.errors import Conflict

PLAN = a_plan()
KEPT = timedelta(days=90)


class Fake:
    def __init__(self):
        self.store = InMemoryTriageStore()

    def put_desk(self, desk):
        self.store.desks[desk.incident_id] = desk


class OnDynamoDB:
    def __init__(self, client):
        self._client = client
        self.store = DynamoTriageStore(
            client,
            mentions="MentionsTable",
            incidents="IncidentsTable",
            brands="BrandsTable",
            retention=KEPT,
        )

    def put_desk(self, desk):
        self._client.put_item(TableName="IncidentsTable", Item=desk_to_item(desk))


@pytest.fixture(params=["fake", "dynamodb"])
def world(request):
    if request.param == "fake":
        return Fake()
    return OnDynamoDB(request.getfixturevalue("dynamodb"))


def folded(store, *mentions, now=NOON, known=()):
    keys = [m.mention.key for m in mentions] + list(known)
    state = store.state("acme")
    incidents = store.incidents([i.id for i in state.open])
    tallies = {i: t for i, (t, _) in incidents.items()}
    desks = {i: d for i, (_, d) in incidents.items()}
    return fold(state, tallies, desks, store.known(keys), mentions, PLAN, now)


def test_a_brand_never_seen_has_an_empty_state(world):
    assert world.store.state("acme") == BrandState(brand="acme")


def test_what_was_committed_is_read_back(world):
    critical = a_labelled(Urgency.CRITICAL)
    change = folded(world.store, critical, a_labelled(Urgency.LOW))

    world.store.commit(change, NOON)

    state = world.store.state("acme")
    incident_id = change.tallies[0].id
    tally, desk = world.store.incidents([incident_id])[incident_id]
    assert state == replace(change.state, version=1, seen_at=NOON)
    assert tally == change.tallies[0]
    assert desk == Desk(incident_id=incident_id)
    known = world.store.known([critical.mention.key, "acme#x#404"])
    assert {k: v.incident_id for k, v in known.items()} == {critical.mention.key: incident_id}


def test_a_stale_state_is_refused_and_nothing_is_written(world):
    first, second = a_labelled(), a_labelled()
    stale = folded(world.store, second)
    world.store.commit(folded(world.store, first), NOON)

    with pytest.raises(Conflict):
        world.store.commit(stale, NOON)

    assert world.store.known([second.mention.key]) == {}


def test_a_mention_is_written_once(world):
    mention = a_labelled()
    world.store.commit(folded(world.store, mention), NOON)
    again = Change(state=world.store.state("acme"), mentions=(Stored(labelled=mention),))

    with pytest.raises(Conflict) as refused:
        world.store.commit(again, NOON)

    assert refused.value.failed == (f"mention:{mention.mention.key}",)


def test_a_newer_version_replaces_the_one_that_was_read(world):
    mention = a_labelled()
    world.store.commit(folded(world.store, mention), NOON)
    edited = replace(
        mention, mention=replace(mention.mention, post_id=str(int(mention.mention.post_id) + 1))
    )

    world.store.commit(folded(world.store, edited), NOON)

    assert world.store.known([mention.mention.key])[mention.mention.key].post_id == (
        edited.mention.post_id
    )


def test_no_mention_joins_an_incident_that_was_resolved_since_it_was_read(world):
    world.store.commit(folded(world.store, a_labelled(Urgency.CRITICAL)), NOON)
    later = folded(world.store, a_labelled(Urgency.MEDIUM))
    incident_id = later.tallies[0].id
    world.put_desk(Desk(incident_id=incident_id, resolved_at=NOON, resolved_by="duty-1"))

    with pytest.raises(Conflict) as refused:
        world.store.commit(later, NOON)

    assert refused.value.failed == (f"desk:{incident_id}",)


def test_a_ladder_is_not_restarted_once_somebody_acknowledged(world):
    world.store.commit(folded(world.store, a_labelled(Urgency.CRITICAL)), NOON)
    rise = folded(world.store, a_labelled(Urgency.CRITICAL), a_labelled(Urgency.CRITICAL))
    incident_id = rise.tallies[0].id
    world.put_desk(Desk(incident_id=incident_id, acknowledged_at=NOON, acknowledged_by="duty-1"))

    with pytest.raises(Conflict) as refused:
        world.store.commit(rise, NOON)

    assert refused.value.failed == (f"desk:{incident_id}",)


@pytest.mark.parametrize(
    "meanwhile",
    [
        {},
        {"acknowledged_at": NOON, "restarts": 1},
        {"acknowledged_at": NOON + timedelta(minutes=1)},
    ],
)
def test_nobody_is_asked_about_a_rise_who_does_not_have_it_any_more(world, meanwhile):
    world.store.commit(folded(world.store, a_labelled(Urgency.CRITICAL)), NOON)
    (incident_id,) = (i.id for i in world.store.state("acme").open)
    taken = Desk(incident_id=incident_id, acknowledged_at=NOON, owner="duty-1")
    world.put_desk(taken)
    rise = folded(world.store, a_labelled(Urgency.CRITICAL), a_labelled(Urgency.CRITICAL))
    world.put_desk(Desk(incident_id=incident_id, owner="duty-1", **meanwhile))

    with pytest.raises(Conflict) as refused:
        world.store.commit(rise, NOON)
    world.put_desk(taken)
    world.store.commit(rise, NOON)

    assert [timer.name for timer in rise.timers] == ["rise"]
    assert refused.value.failed == (f"desk:{incident_id}",)


def test_an_adopted_mention_that_was_erased_is_named(world):
    change = Change(
        state=world.store.state("acme"),
        adopted=(("acme#x#77", "inc-0123456789"),),
    )

    with pytest.raises(Conflict) as refused:
        world.store.commit(change, NOON)

    assert refused.value.failed == ("gone:acme#x#77",)


def test_more_keys_than_one_batch_read_takes_are_read(world):
    mentions = [a_labelled(Urgency.LOW) for _ in range(60)]
    world.store.commit(folded(world.store, *mentions[:30]), NOON)
    world.store.commit(folded(world.store, *mentions[30:]), NOON)
    absent = [f"acme#x#{n}" for n in range(70)]

    known = world.store.known([m.mention.key for m in mentions] + absent)

    assert len(known) == 60


def test_what_a_crowd_is_made_of_and_what_people_said_is_read_back(world):
    critical = a_labelled(Urgency.CRITICAL)
    change = folded(world.store, critical)
    tally = replace(
        change.tallies[0],
        merged=("inc-1", "inc-2"),
        merged_into="inc-3",
        split_from="inc-4",
        word=Word(severity=Severity.SEV4, at=NOON, evidence=Severity.SEV2, critical=1),
        noise=Echoing(texts={"0a1b2c3d": 3}, voices=5, own=3, dated=4, newcomers=2),
        coordinated_at=NOON,
        worse_at=NOON,
    )
    world.store.commit(replace(change, tallies=(tally,)), NOON)

    assert world.store.incidents([tally.id])[tally.id][0] == tally


def test_posts_are_read_with_their_words_and_reposts_are_none(world):
    labelled, echo = a_labelled(), a_labelled(repost=True)
    world.store.commit(folded(world.store, labelled, echo), NOON)

    keys = [labelled.mention.key, echo.mention.key, "acme#x#404"]

    assert world.store.posts(keys) == {labelled.mention.key: labelled}
