from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_tally, a_timer, an_entry, some_ladders
from tests.contract.incident_worlds import TABLE, DynamoWorld, FakeWorld
from tests.paging_fakes import InMemoryAudits
from vigie.adapters.dynamodb.audits import DynamoAudits
from vigie.adapters.dynamodb.items import tally_to_item
from vigie.domain.auditing import Checked
from vigie.domain.incident import Desk, Paging
from vigie.errors import Conflict

ID = "inc-0123456789"
MINUTE = timedelta(minutes=1)
LADDERS = some_ladders(5, 10)
MENDED = a_timer(due_at=NOON + MINUTE, owed_since=NOON, mended=True)


@pytest.fixture(params=["fake", "dynamodb"])
def world(request):
    if request.param == "fake":
        made = FakeWorld()
        made.audits = InMemoryAudits(made.held)
    else:
        client = request.getfixturevalue("dynamodb")
        made = DynamoWorld(client)
        made.audits = DynamoAudits(client, TABLE)
    made.seed(tally=a_tally(), ladders=LADDERS)
    return made


def test_the_open_incidents_of_a_brand_are_listed(world):
    world.seed(tally=a_tally(id="inc-closed", closed_at=NOON))
    world.seed(tally=a_tally(id="inc-other", brand="other"))

    assert list(world.audits.open("acme")) == [ID]


def test_what_nobody_has_taken_is_read_with_its_ladder(world):
    world.seed(timer=a_timer(owed_since=NOON, mended=True))
    world.seed(tally=a_tally(id="inc-taken"))
    world.seed(desk=Desk(incident_id="inc-taken", acknowledged_at=NOON, acknowledged_by="x"))

    assert world.audits.check([ID, "inc-taken"]) == (
        (
            Checked(
                tally=a_tally(),
                desk=Desk(incident_id=ID),
                ladders=LADDERS,
                timer=a_timer(owed_since=NOON, mended=True),
                paging=Paging(incident_id=ID),
            ),
        ),
        0,
    )


def test_what_is_not_there_reads_as_none(world):
    (checked,), _ = world.audits.check(["inc-unknown"])

    assert (checked.tally, checked.ladders, checked.timer) == (None, None, None)


def test_a_timer_that_is_missing_is_put_back_once(world):
    world.audits.mend(None, MENDED, (an_entry(id="repaired"),))

    assert world.timer(ID) == MENDED
    with pytest.raises(Conflict):
        world.audits.mend(None, MENDED, ())


def test_a_timer_is_mended_as_it_was_read(world):
    world.seed(timer=a_timer())

    world.audits.mend(a_timer(), MENDED, ())

    assert world.timer(ID) == MENDED


@pytest.mark.parametrize("change", [{"run": 2}, {"fired": 1}, {"claim": "one"}])
def test_a_timer_that_has_moved_on_is_not_mended(world, change):
    world.seed(timer=a_timer(**change))

    with pytest.raises(Conflict):
        world.audits.mend(a_timer(), MENDED, ())
    assert world.timer(ID) == a_timer(**change)


def test_a_claim_of_the_dead_is_taken_over(world):
    dead = a_timer(claim="one", claimed_until=NOON)
    world.seed(timer=dead)

    world.audits.mend(dead, MENDED, ())

    assert world.timer(ID).claim == ""


@pytest.mark.parametrize("taken", [{"acknowledged_at": NOON}, {"resolved_at": NOON}])
def test_what_somebody_took_is_not_mended(world, taken):
    world.seed(desk=a_desk(**taken))

    with pytest.raises(Conflict):
        world.audits.mend(None, MENDED, ())
    assert world.timer(ID) is None


def test_an_item_of_newer_code_is_counted_and_hides_no_other(dynamodb):
    newer = replace(a_tally(), id="inc-newer")
    for tally in (a_tally(), newer):
        dynamodb.put_item(TableName=TABLE, Item=tally_to_item(tally))
    item = tally_to_item(newer) | {"v": {"N": "99"}}
    dynamodb.put_item(TableName=TABLE, Item=item)

    checked, strange = DynamoAudits(dynamodb, TABLE).check(["inc-newer", ID])

    assert ([one.tally.id for one in checked], strange) == ([ID], 1)
