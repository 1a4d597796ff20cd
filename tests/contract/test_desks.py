from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_labelled, a_tally, a_timer, an_entry
from tests.contract.incident_worlds import DynamoWorld
from vigie.domain.clocks import ClockChange
from vigie.domain.incident import Desk, Paging
from vigie.domain.links import link_for, link_id
from vigie.domain.outbox import OutboxEntry
from vigie.domain.plan import Severity
from vigie.errors import Conflict

ID = "inc-0123456789"
OTHER = "inc-9876543210"
MINUTE = timedelta(minutes=1)
TAKEN = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")
ENDS_THE_LADDER = ClockChange(cancel=("ladder",))
CLOSED = a_desk(resolved_at=NOON + MINUTE, resolved_by="lead-1")
OUTBOX = OutboxEntry(
    incident_id=ID,
    name="resolve",
    queue="classified",
    body="{}",
    group="acme",
    due_at=NOON + timedelta(seconds=30),
)


def test_an_acknowledgement_takes_the_desk_and_ends_the_ladder(world):
    world.seed(tally=a_tally(), timer=a_timer())

    world.desks.turn(a_desk(), TAKEN, ENDS_THE_LADDER, [an_entry(id="acknowledged")])

    assert world.desks.read(ID) == (a_tally(), TAKEN)
    assert world.timer(ID) is None
    assert [e.id for e in world.dossiers.dossier(ID).timeline] == ["acknowledged"]


@pytest.mark.parametrize("already", [TAKEN, CLOSED])
def test_a_second_acknowledgement_writes_nothing(world, already):
    world.seed(tally=a_tally(), desk=already)

    with pytest.raises(Conflict):
        world.desks.turn(
            a_desk(),
            a_desk(acknowledged_at=NOON + MINUTE, acknowledged_by="lead-1", owner="lead-1"),
            ENDS_THE_LADDER,
            [an_entry()],
        )

    assert world.desks.read(ID)[1] == already
    assert world.dossiers.dossier(ID).timeline == ()


def test_closing_ends_the_ladder_and_leaves_word_for_triage(world):
    world.seed(tally=a_tally(), timer=a_timer())

    world.desks.close(CLOSED, [an_entry(id="resolved")], OUTBOX)

    assert world.desks.read(ID)[1] == CLOSED
    assert world.timer(ID) is None
    assert list(world.due.until(NOON + MINUTE)) == [OUTBOX]

    world.desks.sent(OUTBOX)
    world.desks.sent(OUTBOX)

    assert list(world.due.until(NOON + MINUTE)) == []


def test_closing_keeps_who_acknowledged(world):
    world.seed(tally=a_tally(), desk=TAKEN)
    closed = a_desk(
        acknowledged_at=NOON,
        acknowledged_by="duty-1",
        owner="duty-1",
        resolved_at=NOON + MINUTE,
        resolved_by="lead-1",
        dismissed=True,
    )

    world.desks.close(closed, [an_entry()], OUTBOX)

    assert world.desks.read(ID)[1] == closed


def test_what_is_closed_is_not_closed_again(world):
    world.seed(tally=a_tally(), desk=CLOSED)

    with pytest.raises(Conflict):
        world.desks.close(
            a_desk(resolved_at=NOON, resolved_by="duty-1", dismissed=True), [an_entry()], OUTBOX
        )

    assert world.desks.read(ID)[1] == CLOSED
    assert list(world.due.until(NOON + MINUTE)) == []


def test_a_merge_closes_and_says_where_to(world):
    world.seed(tally=a_tally(), timer=a_timer())
    world.seed(tally=a_tally(id=OTHER))
    merged = replace(CLOSED, merged_into=OTHER)

    world.desks.close(merged, [an_entry(id="merged")], OUTBOX)

    assert world.desks.read(ID)[1] == merged
    assert world.timer(ID) is None
    assert list(world.due.until(NOON + MINUTE)) == [OUTBOX]


def test_nothing_is_merged_into_what_was_closed_meanwhile(world):
    world.seed(tally=a_tally(), timer=a_timer())
    world.seed(desk=replace(CLOSED, incident_id=OTHER))

    with pytest.raises(Conflict):
        world.desks.close(replace(CLOSED, merged_into=OTHER), [an_entry()], OUTBOX)

    assert world.desks.read(ID)[1] == a_desk()
    assert world.timer(ID) is not None
    assert OUTBOX not in world.due.until(NOON + MINUTE)


def test_containing_takes_the_incident_and_ends_the_ladder(world):
    world.seed(tally=a_tally(), timer=a_timer())
    contained = replace(TAKEN, contained_at=NOON + MINUTE, contained_by="lead-1")

    world.desks.contain(contained, a_desk(), [an_entry(id="contained")])

    assert world.desks.read(ID)[1] == contained
    assert world.timer(ID) is None
    again = replace(contained, contained_at=NOON + 2 * MINUTE)
    world.desks.contain(again, contained, [])
    assert world.desks.read(ID)[1] == again


@pytest.mark.parametrize("meanwhile", [TAKEN, CLOSED])
def test_what_changed_meanwhile_is_not_contained(world, meanwhile):
    world.seed(tally=a_tally(), desk=meanwhile)

    with pytest.raises(Conflict):
        world.desks.contain(
            replace(TAKEN, acknowledged_by="lead-1", contained_at=NOON), a_desk(), [an_entry()]
        )

    assert world.desks.read(ID)[1] == meanwhile


def test_a_persons_severity_stands_beside_what_the_desk_holds(world):
    world.seed(tally=a_tally(), timer=a_timer(), desk=TAKEN)
    graded = replace(TAKEN, severity=Severity.SEV4, severity_at=NOON, severity_by="lead-1")

    world.desks.grade(graded, TAKEN, [an_entry(id="severity_set")], OUTBOX)

    assert world.desks.read(ID)[1] == graded
    assert world.timer(ID) is not None
    assert OUTBOX in world.due.until(NOON + MINUTE)
    with pytest.raises(Conflict):
        world.desks.grade(replace(graded, severity_at=NOON + MINUTE), TAKEN, [], OUTBOX)
    later = replace(graded, severity=Severity.SEV1, severity_at=NOON + MINUTE, severity_because="x")
    world.desks.grade(later, graded, [], OUTBOX)
    assert world.desks.read(ID)[1] == later


def test_a_decision_leaves_alone_what_it_is_not_about_and_what_changed_since_it_was_read(world):
    world.seed(tally=a_tally(), desk=TAKEN)
    handed = replace(TAKEN, owner="lead-1")
    world.desks.turn(TAKEN, handed, ClockChange(), [])

    graded = replace(TAKEN, severity=Severity.SEV1, severity_at=NOON, severity_by="lead-1")
    world.desks.grade(graded, TAKEN, [], OUTBOX)
    contained = replace(TAKEN, contained_at=NOON + MINUTE, contained_by="duty-1")
    world.desks.contain(contained, TAKEN, [])
    world.desks.close(replace(CLOSED, owner="nobody"), [], OUTBOX)

    desk = world.desks.read(ID)[1]
    assert (desk.owner, desk.acknowledged_by) == ("lead-1", "duty-1")
    assert (desk.severity, desk.contained_by, desk.resolved_by) == (
        Severity.SEV1,
        "duty-1",
        "lead-1",
    )


def test_what_is_closed_is_neither_graded_nor_split(world):
    world.seed(tally=a_tally(), desk=CLOSED)

    with pytest.raises(Conflict):
        world.desks.grade(
            replace(CLOSED, severity=Severity.SEV4, severity_at=NOON), CLOSED, [], OUTBOX
        )
    with pytest.raises(Conflict):
        world.desks.ask(ID, [an_entry()], OUTBOX)

    assert list(world.due.until(NOON + MINUTE)) == []


def test_what_triage_is_asked_for_is_kept_until_it_is_sent(world):
    world.seed(tally=a_tally())

    world.desks.ask(ID, [an_entry(id="split")], OUTBOX)

    assert list(world.due.until(NOON + MINUTE)) == [OUTBOX]
    assert [e.id for e in world.dossiers.dossier(ID).timeline] == ["split"]


def test_an_incident_that_is_not_there_reads_as_none(world):
    assert world.desks.read(ID) is None
    assert world.dossiers.dossier(ID) is None


def test_a_note_is_one_line_however_often_it_is_written(world):
    world.seed(tally=a_tally())
    note = an_entry(id="note-1", what="note", by="duty-1", facts={"text": "called the plant"})

    world.desks.note([note])
    world.desks.note([note])

    assert world.dossiers.dossier(ID).timeline == (note,)


def test_a_link_is_found_by_the_hash_of_its_token(world):
    link = link_for("Ab3-_Ab3-_Ab", ID, "duty-1", "fr", NOON)
    world.escalations.add_link(link)

    assert world.desks.link(link_id("Ab3-_Ab3-_Ab")) == link
    assert world.desks.link("Ab3-_Ab3-_Ab") is None


def test_the_link_of_a_digest_keeps_its_other_incidents(world):
    link = replace(link_for("Ab3-_Ab3-_Ab", ID, "duty-1", "fr", NOON), others=("inc-2", "inc-3"))
    world.escalations.add_link(link)

    assert world.desks.link(link.id) == link


def test_a_timeline_is_told_from_its_beginning(world):
    world.seed(
        tally=a_tally(),
        timer=a_timer(),
        entries=[an_entry(id=f"e{n}", at=NOON + n * MINUTE) for n in (2, 0, 1)],
    )

    dossier = world.dossiers.dossier(ID)

    assert [e.id for e in dossier.timeline] == ["e0", "e1", "e2"]
    assert dossier.timer == a_timer()
    assert dossier.summary.paging == Paging(incident_id=ID)
    assert dossier.summary.desk == Desk(incident_id=ID)


def seed_list(world):
    """Seven incidents of two brands, two of them at one instant, one closed."""
    for n in range(5):
        world.seed(tally=a_tally(id=f"inc-{n}", opened_at=NOON + n * MINUTE))
    world.seed(tally=a_tally(id="inc-other", brand="other", opened_at=NOON + 3 * MINUTE))
    world.seed(tally=a_tally(id="inc-done", opened_at=NOON + 9 * MINUTE, closed_at=NOON))


def ids(world, brands, *, open_only=True, limit=3):
    """The ids of every page, fetched to the end."""
    pages, before = [], None
    while True:
        summaries, before = world.dossiers.summaries(
            brands, open_only=open_only, limit=limit, before=before
        )
        pages.append([s.tally.id for s in summaries])
        if before is None:
            return pages


def test_incidents_are_listed_newest_first_page_by_page(world):
    seed_list(world)

    assert ids(world, ["acme"]) == [["inc-4", "inc-3", "inc-2"], ["inc-1", "inc-0"]]
    assert ids(world, ["other"]) == [["inc-other"]]
    assert ids(world, ["none"]) == [[]]


def test_brands_are_merged_and_ties_are_neither_lost_nor_shown_twice(world):
    seed_list(world)

    assert ids(world, ["acme", "other"], limit=2) == [
        ["inc-4", "inc-other"],
        ["inc-3", "inc-2"],
        ["inc-1", "inc-0"],
    ]


def test_closed_incidents_are_listed_when_asked_for(world):
    seed_list(world)

    assert ids(world, ["acme"], open_only=False)[0] == ["inc-done", "inc-4", "inc-3"]


def test_an_incident_closed_a_moment_ago_is_not_listed_as_open(world):
    world.seed(tally=a_tally(), desk=CLOSED)

    assert ids(world, ["acme"]) == [[]]


def test_the_mentions_of_an_incident_are_read_newest_first_page_by_page(world):
    posts = [a_labelled(posted_at=NOON + n * MINUTE) for n in range(7)]
    for post in posts:
        world.seed_mention(post, ID, NOON, timedelta(days=90))
    world.seed_mention(a_labelled(), "inc-another", NOON, timedelta(days=90))

    first, before = world.dossiers.mentions(ID, limit=4, before=None, now=NOON)
    rest, end = world.dossiers.mentions(ID, limit=4, before=before, now=NOON)

    assert first + rest == tuple(reversed(posts))
    assert len(first) == 4
    assert end is None


def test_mentions_of_what_was_merged_are_read_among_the_others(world):
    posts = [a_labelled(posted_at=NOON + n * MINUTE) for n in range(6)]
    for n, post in enumerate(posts):
        world.seed_mention(post, (ID, OTHER, "inc-third")[n % 3], NOON, timedelta(days=90))

    first, before = world.dossiers.mentions(ID, limit=3, before=None, now=NOON, merged=[OTHER])
    rest, end = world.dossiers.mentions(ID, limit=3, before=before, now=NOON, merged=[OTHER])

    assert first + rest == tuple(posts[n] for n in (4, 3, 1, 0))
    assert end is None


def test_each_post_is_told_its_incident(world):
    one, other = a_labelled(), a_labelled()
    world.seed_mention(one, ID, NOON, timedelta(days=90))
    world.seed_mention(other, "", NOON, timedelta(days=90))

    found = world.dossiers.incidents_of([one.mention.key, other.mention.key, "acme#x#7"])

    assert found == {one.mention.key: ID, other.mention.key: ""}


def test_posts_are_read_by_their_keys_in_the_order_asked(world):
    one, other = a_labelled(), a_labelled()
    for post in (one, other):
        world.seed_mention(post, ID, NOON, timedelta(days=90))

    found = world.dossiers.posts([other.mention.key, "acme#x#none", one.mention.key], NOON)

    assert found == (other, one)
    assert world.dossiers.posts([], NOON) == ()


def test_a_post_is_found_by_the_id_of_the_version_that_is_stored_and_in_its_incident(world):
    edited, other = a_labelled(post_id="19", root_id="7"), a_labelled(post_id="8", root_id="8")
    world.seed_mention(edited, ID, NOON, timedelta(days=90))
    world.seed_mention(other, ID, NOON, timedelta(days=90))

    versions = world.dossiers.versions
    assert versions(("inc-other00000", ID), ["18", "19", "8", "19"], NOON) == {
        "19": edited,
        "8": other,
    }
    assert versions((ID,), ["18"], NOON) == {}
    assert versions(("inc-other00000",), ["19"], NOON) == {}
    assert versions((ID,), [], NOON) == {}


def test_mentions_that_expired_or_were_deleted_upstream_are_left_out(dynamodb):
    world = DynamoWorld(dynamodb)
    kept, expired, deleted = (a_labelled(posted_at=NOON + n * MINUTE) for n in range(3))
    world.seed_mention(kept, ID, NOON, timedelta(days=90))
    world.seed_mention(expired, ID, NOON, timedelta(days=1))
    world.seed_mention(deleted, ID, NOON, timedelta(days=90))
    dynamodb.update_item(
        TableName="MentionsTable",
        Key={"pk": {"S": deleted.mention.key}},
        UpdateExpression="REMOVE #text SET deleted = :yes",
        ExpressionAttributeNames={"#text": "text"},
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )

    found, _ = world.dossiers.mentions(
        ID, limit=10, before=None, now=NOON + timedelta(days=1, seconds=1)
    )

    assert found == (kept,)
    keys = [post.mention.key for post in (kept, expired, deleted)]
    assert world.dossiers.posts(keys, NOON + timedelta(days=1, seconds=1)) == (kept,)
