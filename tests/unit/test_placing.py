from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_labelled
from tests.unit.test_triage import TriageDesk
from vigie.domain.groups import ALL_WAITING_KEPT, GROUPS_KEPT
from vigie.domain.incident import BrandState
from vigie.domain.labels import Kind, Urgency
from vigie.domain.why import (
    JOINED,
    LATE,
    NO_CRISIS,
    OPENED_COMPANY,
    OPENED_TRIP_WIRE,
    WAITS,
)

LYON = (
    "No mobile network in Lyon Part-Dieu since 9am",
    "Signal down all over Lyon, what is going on",
    "Lyon Part-Dieu without network, can't call anyone",
)
PARCEL = (
    "My parcel from the Hamburg warehouse arrived smashed",
    "Hamburg warehouse lost my parcel again",
    "Parcel smashed again, the Hamburg depot is a shame",
)
MARSEILLE = "Strong gas smell in the building rue de Rome Marseille"


@pytest.fixture
def desk():
    return TriageDesk()


def said(texts, urgency=Urgency.HIGH, kind=Kind.OUTAGE, at=NOON, lang="en"):
    return [
        _in(a_labelled(urgency, kind, text=text, posted_at=at, received_at=at), lang)
        for text in texts
    ]


def _in(labelled, lang):
    return replace(labelled, labels=replace(labelled.labels, language=lang, reasons=()))


def placed(desk, labelled):
    return desk.store.mentions[labelled.mention.key]


def test_two_events_of_one_kind_are_two_incidents(desk):
    for lyon, parcel in zip(said(LYON), said(PARCEL), strict=True):
        desk.say(lyon, parcel)

    assert [i.mention_count for i in desk.incidents] == [3, 3]


def test_three_complaints_of_one_kind_about_three_things_open_nothing(desk):
    desk.say(*said([LYON[0], PARCEL[0], "Wrong amount on the March invoice"]))

    assert desk.incidents == []


def test_french_and_english_meet_in_one_incident(desk):
    desk.say(*said(LYON))

    french = said(["Plus aucun réseau mobile à Lyon, impossible d'appeler"], lang="fr")
    desk.say(*french, now=NOON + timedelta(minutes=5))

    (incident,) = desk.incidents
    assert placed(desk, french[0]).incident_id == incident.id


def test_a_mention_joins_what_it_is_about_though_another_is_livelier(desk):
    desk.say(*said(LYON * 10))
    desk.say(*said(PARCEL))
    parcel = min(desk.incidents, key=lambda i: i.mention_count)

    later = said(["The Hamburg warehouse smashed my parcel too"], kind=Kind.PRODUCT_QUALITY)
    desk.say(*later)

    assert placed(desk, later[0]).incident_id == parcel.id


def test_one_breakdown_told_in_words_that_have_nothing_in_common_is_one_incident(desk):
    desk.say(*said(["Still nothing at home", "Encore en rade ce matin", "All dead since 6"]))

    desk.say(*said(["Rien ne marche chez mes parents", "Is anyone else cut off"]))

    assert [i.mention_count for i in desk.incidents] == [5]


def test_breakdowns_of_two_services_are_two_incidents(desk):
    power = ("Power cut in Lille", "No electricity in the whole street", "Blackout since 6")
    phone = ("No signal on my phone", "Mobile network dead", "Can't call anyone")
    for one, other in zip(said(power), said(phone), strict=True):
        desk.say(one, other)

    assert [i.mention_count for i in desk.incidents] == [3, 3]


def test_a_breakdown_that_has_gone_cold_takes_nothing_for_being_one(desk):
    desk.say(*said(["Still nothing at home", "Encore en rade ce matin", "All dead since 6"]))

    later = NOON + timedelta(hours=5)
    desk.say(*said(["Rien ne marche chez mes parents"], at=later), now=later)

    assert [i.mention_count for i in desk.incidents] == [3]


def test_what_is_not_urgent_waits_too_and_opens_nothing(desk):
    desk.say(*said(LYON * 3, Urgency.MEDIUM))

    (group,) = desk.store.state("acme").groups
    assert (group.mentions, group.waiting) == (9, ())
    assert desk.incidents == []


def test_a_critical_mention_joins_no_breakdown_however_alike(desk):
    desk.say(*said(LYON))

    desk.say(*said(LYON[:1], Urgency.CRITICAL))

    assert len(desk.incidents) == 2


def test_a_group_that_turns_out_to_be_about_an_open_incident_joins_it(desk):
    desk.say(*said(LYON))
    state = desk.store.state("acme")
    (incident,) = state.open
    quiet = replace(incident, heat=0.0)
    far = said(LYON[:2])
    desk.store.states["acme"] = replace(state, open=())
    desk.say(*far)
    waiting = desk.store.state("acme")
    desk.store.states["acme"] = replace(waiting, open=(quiet,))

    desk.say(*said(LYON[2:]))

    (found,) = desk.incidents
    assert found.mention_count >= 4


def test_reasons_say_what_was_looked_at(desk):
    first, second, third = said(LYON)
    calm = said(["lovely weather"], Urgency.LOW, Kind.NONE)[0]
    danger = said([MARSEILLE], Urgency.CRITICAL, Kind.NATURAL_DISASTER)[0]
    desk.say(first, second, third, calm, danger)
    fourth = said(LYON[:1])[0]
    old = said(["Nothing but rain in Quimper"], at=NOON - timedelta(hours=9))[0]
    old = replace(old, mention=replace(old.mention, received_at=NOON))
    desk.say(fourth, old)

    whys = [placed(desk, m).why for m in (first, third, calm, danger, fourth, old)]

    assert [why.rule for why in whys] == [
        WAITS,
        OPENED_COMPANY,
        NO_CRISIS,
        OPENED_TRIP_WIRE,
        JOINED,
        LATE,
    ]
    assert whys[1].facts["voices"] == whys[1].facts["voices_from"] == 3
    assert whys[4].facts["likeness"] >= whys[4].facts["likeness_from"]
    assert whys[5].facts["age_min"] == 540


def test_an_incident_that_was_not_thought_of_is_read_before_anything_is_written(desk, monkeypatch):
    desk.say(*said(LYON))
    monkeypatch.setattr("vigie.services.commits.concerned", lambda *_: ())

    fourth = said(LYON[:1])[0]
    desk.say(fourth)

    (incident,) = desk.incidents
    assert incident.mention_count == 4
    assert placed(desk, fourth).incident_id == incident.id


def test_the_slices_do_not_matter():
    mentions = [
        m
        for n in range(12)
        for m in (*said(LYON, at=NOON + timedelta(minutes=n)), *said(PARCEL), *said([MARSEILLE]))
    ]
    counts = set()
    for size in (1, 2, 5, 11, 60):
        desk = TriageDesk()
        for start in range(0, len(mentions), size):
            desk.say(*mentions[start : start + size])
        counts.add(
            tuple((i.id, i.mention_count, tuple(i.by_urgency.items())) for i in desk.incidents)
        )

    assert len(counts) == 1


def test_what_waits_is_bounded(desk):
    texts = [f"{'abcdefghijklmnopqrst'[n]}{n}xq zzv{n * 7919}kw" for n in range(20)]
    for text in texts:
        desk.say(*said([text, text]))

    state = desk.store.state("acme")
    assert len(state.groups) <= GROUPS_KEPT
    assert sum(len(g.waiting) for g in state.groups) <= ALL_WAITING_KEPT
    assert isinstance(state, BrandState)
