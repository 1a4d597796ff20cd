from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_labelled, a_plan, a_tally, a_timer, an_entry
from tests.fakes import InMemoryDossiers, InMemoryIncidents
from vigie.api.telling import told
from vigie.domain.change import Stored
from vigie.domain.incident import SURGE, Echoing, Paging
from vigie.domain.labels import Urgency
from vigie.domain.mention import Author
from vigie.domain.why import (
    NO_CRISIS,
    OPENED_COMPANY,
    OPENED_SURGE,
    OPENED_TRIP_WIRE,
    WAITS,
    Why,
)
from vigie.errors import NotFound
from vigie.services.explain import digest_of, explain_incident, explain_mention

ID = "inc-0123456789"
MINUTE = timedelta(minutes=1)
PLAN = a_plan()


@pytest.fixture
def held():
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally()
    return held


def paging_of(held):
    return [why.rule for why in explain_incident(InMemoryDossiers(held), ID).paging]


def test_an_incident_says_when_the_next_page_goes_out(held):
    held.timers[ID] = a_timer(due_at=NOON + 5 * MINUTE, fired=2)
    held.pagings[ID] = Paging(
        incident_id=ID, pages=4, first_paged_at=NOON + MINUTE, last_paged_at=NOON + 2 * MINUTE
    )

    did, goes_on = explain_incident(InMemoryDossiers(held), ID).paging

    assert (did.rule, did.facts["pages"], did.facts["after_s"]) == ("paged", 4, 60)
    assert (goes_on.rule, goes_on.facts["page"]) == ("next_page", 3)
    assert goes_on.facts["at"] == "2026-03-12T12:05:00.000Z"


@pytest.mark.parametrize(
    ("desk", "rule"),
    [
        ({"acknowledged_at": NOON, "acknowledged_by": "duty-1"}, "acknowledged"),
        ({"contained_at": NOON, "contained_by": "duty-1"}, "contained"),
        ({"resolved_at": NOON, "resolved_by": "duty-1"}, "resolved"),
        ({"resolved_at": NOON, "resolved_by": "duty-1", "dismissed": True}, "dismissed"),
        ({"resolved_at": NOON, "resolved_by": "duty-1", "merged_into": "inc-2"}, "merged"),
        ({}, "nothing_due"),
    ],
)
def test_an_incident_says_why_nobody_is_paged(held, desk, rule):
    held.desks[ID] = a_desk(**desk)

    assert paging_of(held) == ["nobody_paged", rule]


def test_whoever_has_it_now_is_named_as_the_desk_names_them(held):
    held.desks[ID] = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="lead-1")

    assert explain_incident(InMemoryDossiers(held), ID).paging[1].facts["by"] == "lead-1"


def test_pages_that_cannot_be_sent_are_told_first(held):
    held.timers[ID] = a_timer(failing_since=NOON, attempts=3)

    assert paging_of(held) == ["nobody_paged", "failing"]


def test_what_did_not_count_is_told(held):
    noise = Echoing(voices=40, own=3)
    held.tallies[ID] = a_tally(late=2, coordinated_at=NOON, noise=noise)
    held.timers[ID] = a_timer()

    assert paging_of(held)[2:] == ["late_counted", "coordinated"]


def test_an_incident_keeps_the_numbers_that_opened_it(held):
    facts = {"because": "…", "rule": OPENED_COMPANY, "voices": 3, "voices_from": 3, "mentions": 3}
    held.note([an_entry(facts=facts)])

    opened = explain_incident(InMemoryDossiers(held), ID).opened

    assert opened == Why(rule=OPENED_COMPANY, facts={"voices": 3, "voices_from": 3})


def test_an_incident_of_before_reasons_were_kept_has_its_trigger(held):
    assert explain_incident(InMemoryDossiers(held), ID).opened.rule == OPENED_TRIP_WIRE


def account_of(held, stored, now=NOON):
    mention = stored.labelled.mention
    held.mentions[mention.key] = stored
    return explain_mention(InMemoryDossiers(held), PLAN, mention.brand, mention.root_id, now)


def test_a_mention_in_no_incident_says_so(held):
    stored = Stored(labelled=a_labelled(Urgency.LOW), why=Why(rule=NO_CRISIS))

    account = account_of(held, stored)

    assert account.placed.why.rule == NO_CRISIS
    assert [why.rule for why in account.since] == ["no_incident"]
    assert account.incident is None


def test_a_mention_that_waited_says_whether_somebody_came(held):
    waited = Stored(labelled=a_labelled(), why=Why(rule=WAITS, facts={"voices": 1}))

    early = account_of(held, waited, NOON + MINUTE)
    late = account_of(held, waited, NOON + timedelta(days=1))
    taken = account_of(held, replace(waited, incident_id=ID))

    assert [why.rule for why in early.since] == ["no_incident"]
    assert [why.rule for why in late.since] == ["let_go", "no_incident"]
    assert [why.rule for why in taken.since] == ["taken_later"]
    assert taken.incident.dossier.summary.tally.id == ID


def test_a_post_or_brand_that_is_not_there_is_not_found(held):
    for brand, post in (("acme", "404"), ("nobody", "1")):
        with pytest.raises(NotFound):
            explain_mention(InMemoryDossiers(held), PLAN, brand, post, NOON)
    with pytest.raises(NotFound):
        explain_incident(InMemoryDossiers(held), "inc-404")
    with pytest.raises(NotFound):
        digest_of(InMemoryDossiers(held), "inc-404", NOON)


def test_an_erased_post_is_gone_from_the_digest_at_once(held):
    texts = ("network down in Lyon", "network down in Lyon again", "rescue me from the lift")
    stored = [
        Stored(labelled=a_labelled(text=text, author=Author(id=str(i))), incident_id=ID)
        for i, text in enumerate(texts)
    ]
    held.mentions.update({s.labelled.mention.key: s for s in stored})
    before = digest_of(InMemoryDossiers(held), ID, NOON)

    del held.mentions[stored[2].labelled.mention.key]

    after = digest_of(InMemoryDossiers(held), ID, NOON)
    assert "lift" in str(before)
    assert "lift" not in str(after)
    assert (before.mentions, after.mentions) == (3, 2)


def test_a_critical_post_is_read_though_many_newer_ones_came(held):
    grave = a_labelled(
        Urgency.CRITICAL, text="a child is trapped in the lift", posted_at=NOON - 60 * MINUTE
    )
    held.tallies[ID] = a_tally(samples=(grave.mention.key,))
    newer = [a_labelled(Urgency.MEDIUM, text=f"slow network in street {i}") for i in range(310)]
    held.mentions.update(
        {m.mention.key: Stored(labelled=m, incident_id=ID) for m in (grave, *newer)}
    )

    made = digest_of(InMemoryDossiers(held), ID, NOON)

    assert made.mentions == 300
    assert "trapped" in str(made)


def test_an_incident_that_volume_opened_has_the_surges_numbers(held):
    held.tallies[ID] = a_tally(trigger=SURGE)
    held.note(
        [
            an_entry(),
            an_entry(
                id="surge-7",
                what="surge",
                facts={"observed": "40", "usual": "3.1", "score": "9.4", "threshold": "7.2"},
            ),
        ]
    )

    opened = explain_incident(InMemoryDossiers(held), ID).opened

    assert opened.rule == OPENED_SURGE
    assert opened.facts == {"volume": "40", "usual": "3.1", "surge": "9.4", "surge_from": "7.2"}
    assert "(40 posts, usually 3.1)" in told(opened, "en")


def test_a_mention_of_a_merged_incident_has_the_survivors_account(held):
    held.desks[ID] = a_desk(resolved_at=NOON, resolved_by="duty-1", merged_into="inc-2")
    held.tallies["inc-2"] = a_tally(id="inc-2", merged=(ID,))

    account = account_of(held, Stored(labelled=a_labelled(), incident_id=ID))

    assert [why.rule for why in account.since] == ["in_incident", "merged"]
    assert account.incident.dossier.summary.tally.id == "inc-2"
