from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_labelled
from tests.unit.test_triage import TriageDesk
from vigie.domain.labels import Urgency
from vigie.messages import Erased


@pytest.fixture
def desk():
    return TriageDesk()


def a_repost(root, **changes):
    values = {"repost": True, "repost_of": root.mention.root_id, "text": "RT @a: help"} | changes
    return a_labelled(Urgency.LOW, **values)


def reposts_of(desk, root):
    return desk.store.mentions[root.mention.key].reposts


def test_a_repost_of_a_stored_post_is_counted_there_and_at_its_incident(desk):
    root = a_labelled(Urgency.CRITICAL)
    desk.say(root)

    desk.say(a_repost(root), a_repost(root))
    desk.say(a_repost(root))

    (incident,) = desk.incidents
    assert reposts_of(desk, root) == 3
    assert (incident.reposts, incident.mention_count) == (3, 1)


def test_a_repost_in_the_same_slice_is_folded_into_the_post_whichever_comes_first(desk):
    root = a_labelled(Urgency.CRITICAL)

    desk.say(a_repost(root), root, a_repost(root))

    (incident,) = desk.incidents
    assert reposts_of(desk, root) == incident.reposts == 2


def test_the_same_repost_counts_once(desk):
    root = a_labelled(Urgency.CRITICAL)
    repost = a_repost(root)

    for _ in range(3):
        desk.say(root, repost, repost)

    assert reposts_of(desk, root) == desk.incidents[0].reposts == 1


def test_a_repost_never_belongs_to_an_incident_and_is_never_looked_up_again(desk):
    root = a_labelled(Urgency.CRITICAL)
    repost = a_repost(root)

    desk.say(root, repost)

    marker = desk.store.mentions[repost.mention.key]
    assert (marker.incident_id, marker.refresh_at) == ("", None)


def test_a_repost_of_a_post_never_stored_counts_nowhere(desk):
    desk.say(a_repost(a_labelled()), a_labelled(Urgency.LOW, repost=True))

    assert len(desk.store.mentions) == 2


def test_echoes_of_a_candidate_come_along_when_it_gets_company(desk):
    first, second, third = a_labelled(), a_labelled(), a_labelled()
    desk.say(first, a_repost(first))
    desk.say(second, a_repost(first))

    desk.say(third, a_repost(first), a_repost(third))

    (incident,) = desk.incidents
    assert incident.reposts == 4
    assert reposts_of(desk, first) == 3


def test_echoes_of_an_erased_post_are_dropped(desk):
    root = a_labelled(Urgency.CRITICAL)
    desk.say(root, a_repost(root))
    desk.triage(Erased(brand="acme", posts=(root.mention.root_id,), why="deleted", at=NOON))

    done = desk.say(a_repost(root))

    assert done.failed == []
    assert desk.store.tombstones[root.mention.key].known.reposts == 1


def test_an_edit_keeps_the_echoes_of_what_it_replaces(desk):
    root = a_labelled(Urgency.CRITICAL)
    desk.say(root, a_repost(root))
    newer = replace(root.mention, post_id=str(int(root.mention.post_id) + 1))

    desk.say(replace(root, mention=newer), a_repost(root))

    assert reposts_of(desk, root) == desk.incidents[0].reposts == 2


@given(data=st.data())
def test_however_slices_are_cut_a_root_has_as_many_echoes_as_came_after_it(data):
    desk = TriageDesk()
    posts = [a_labelled(Urgency.CRITICAL), a_labelled(), a_labelled(), a_labelled(Urgency.LOW)]
    desk.say(*posts)
    rooted = data.draw(st.lists(st.sampled_from(range(4)), max_size=30))
    stream = [a_repost(posts[n]) for n in rooted]
    again = data.draw(st.lists(st.sampled_from(range(len(stream))), max_size=10)) if stream else []
    stream += [stream[n] for n in again]
    while stream:
        size = data.draw(st.integers(1, 25))
        desk.say(*stream[:size])
        stream = stream[size:]

    for number, root in enumerate(posts):
        assert reposts_of(desk, root) == rooted.count(number)
    for tally in desk.incidents:
        members = [s for s in desk.store.mentions.values() if s.incident_id == tally.id]
        assert tally.reposts == sum(s.reposts for s in members)
        assert tally.mention_count == len(members)


def test_a_candidate_that_is_edited_brings_its_echoes_along(desk):
    first, second, third = a_labelled(), a_labelled(), a_labelled()
    desk.say(first, a_repost(first))
    newer = replace(first.mention, post_id=str(int(first.mention.post_id) + 1))
    desk.say(replace(first, mention=newer))

    desk.say(second, third)

    assert desk.incidents[0].reposts == 1
