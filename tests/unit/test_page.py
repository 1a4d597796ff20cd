import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import DUTY, LEAD, NOON, a_tally
from tests.tables import template
from vigie.domain.gsm import fits
from vigie.domain.incident import COMPANY, SPLIT, SURGE, TRIP_WIRE, Echoing
from vigie.domain.labels import Kind, Urgency
from vigie.domain.page import SMS_PREFIX, Page, compose
from vigie.domain.plan import Severity

# As long as an address of API Gateway gets: ten characters, the longest region.
API_GATEWAY = "https://a1b2c3d4e5.execute-api.ap-southeast-7.amazonaws.com"


def a_page(**changes):
    values = {
        "tally": a_tally(),
        "person": LEAD,
        "channel": "sms",
        "step": 1,
        "number": 1,
        "url": f"{API_GATEWAY}/a/Ab3-_Ab3-_Ab",
        "at": NOON,
        "late": timedelta(0),
        "next_at": NOON + timedelta(minutes=5),
        "brand_name": "Acme",
    } | changes
    return Page(**values)


# Opened because several said the same, not by one post that speaks of danger.
CALM = a_tally(trigger=COMPANY)
MADE = Echoing(texts={"0a1b2c3d": 30}, voices=40, own=12)


def test_an_sms_says_what_how_grave_how_many_since_when_and_where():
    assert compose(a_page(tally=CALM)).sms == (
        "SEV2 of 4, Acme: outage, 4 posts since 11:57 UTC. Acknowledge: "
        "https://a1b2c3d4e5.execute-api.ap-southeast-7.amazonaws.com/a/Ab3-_Ab3-_Ab"
    )


def test_danger_is_said_first_wherever_somebody_is_woken():
    english, french = compose(a_page()), compose(a_page(person=DUTY))

    assert english.sms == (
        "DANGER: people at risk. SEV2 Acme: outage, 4 posts since 11:57Z. Acknowledge: "
        "https://a1b2c3d4e5.execute-api.ap-southeast-7.amazonaws.com/a/Ab3-_Ab3-_Ab"
    )
    assert french.sms.startswith("DANGER : personne en danger. SEV2 Acme : panne, 4 posts")
    assert english.subject == "DANGER: people at risk [SEV2] Acme: outage (inc-0123456789)"
    assert french.subject.startswith("DANGER : personne en danger [SEV2] Acme : panne")
    assert english.mail.startswith("DANGER: people at risk.")
    assert french.mail.startswith("DANGER : personne en danger.")
    assert json.loads(english.data)["danger"] is True


def test_danger_is_not_cried_where_nobody_spoke_of_it():
    for person in (DUTY, LEAD):
        message = compose(a_page(tally=CALM, person=person))

        assert "DANGER" not in message.sms + message.subject + message.mail
    assert json.loads(message.data)["danger"] is False


def test_one_post_is_one_post():
    one = a_tally(mention_count=1, by_urgency={Urgency.CRITICAL: 1})

    assert "1 post since" in compose(a_page(tally=one)).sms
    assert "1 post, at 2026-03-12 11:57 UTC; its urgency: critical." in (
        compose(a_page(tally=one)).mail
    )
    assert "1 post, le 2026-03-12 à 11:57 UTC ; son urgence : critique." in (
        compose(a_page(tally=one, person=DUTY)).mail
    )


def test_a_brand_that_is_known_by_its_id_alone_is_called_so():
    assert "acme: outage" in compose(a_page(brand_name="")).sms


def test_a_french_speaker_gets_french():
    message = compose(a_page(tally=CALM, person=DUTY))

    assert message.sms.startswith(
        "SEV2 sur 4, Acme : panne, 4 posts depuis 11:57 UTC. Prendre en charge :"
    )
    assert "Que faire" in message.mail


@given(
    brand=st.text(max_size=80),
    count=st.integers(min_value=0, max_value=10**12),
    host=st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-.", min_size=4, max_size=80),
    kind=st.sampled_from(Kind),
    severity=st.sampled_from(Severity),
    person=st.sampled_from([DUTY, LEAD]),
    age=st.timedeltas(timedelta(0), timedelta(days=400)),
    trigger=st.sampled_from([TRIP_WIRE, COMPANY]),
    noise=st.sampled_from([Echoing(), MADE]),
)
def test_an_sms_is_one_segment_with_its_link_whatever_the_brand(
    brand, count, host, kind, severity, person, age, trigger, noise
):
    tally = a_tally(
        trigger=trigger,
        noise=noise,
        mention_count=count,
        kind=kind,
        severity=severity,
        first_mention_at=NOON - age,
    )
    url = f"https://{host}/a/Ab3-_Ab3-_Ab"

    sms = compose(a_page(tally=tally, person=person, url=url, brand_name=brand)).sms

    assert fits(sms)
    assert sms.startswith("DANGER" if trigger == TRIP_WIRE else severity.value.upper())
    assert severity.value.upper() in sms
    assert sms.endswith(url)
    assert f"{NOON - age:%H:%M}" in sms


@given(
    brand=st.text(max_size=300),
    kind=st.sampled_from(Kind),
    person=st.sampled_from([DUTY, LEAD]),
    trigger=st.sampled_from([TRIP_WIRE, COMPANY]),
)
def test_a_subject_is_short_ascii_on_one_line(brand, kind, person, trigger):
    tally = a_tally(kind=kind, trigger=trigger)

    subject = compose(a_page(tally=tally, person=person, brand_name=brand)).subject

    assert len(subject) < 100
    assert all(" " <= c <= "~" for c in subject)
    assert "inc-0123456789" in subject


def test_an_address_that_fills_the_segment_costs_the_link_not_the_page():
    sms = compose(a_page(url="https://" + "x" * 200)).sms

    assert fits(sms)
    assert sms.startswith("DANGER: people at risk SEV2 Acme 11:57Z")


def test_a_late_incident_says_how_old_it_is():
    old = a_tally(first_mention_at=NOON - timedelta(hours=5))

    calm = replace(old, trigger=COMPANY)

    assert "(5h old)" in compose(a_page(tally=old)).sms
    assert "5h old" in compose(a_page(tally=old)).mail
    assert "vieux de 5 h" in compose(a_page(tally=calm, person=DUTY)).sms
    assert "3d old" in compose(a_page(tally=replace(old, opened_at=NOON + timedelta(days=3)))).sms


def test_a_mail_says_when_the_next_page_follows_and_why():
    mail = compose(a_page(late=timedelta(minutes=12))).mail

    assert "next page goes out at 2026-03-12 12:05 UTC" in mail
    assert "SEV2 of 4 (SEV1 is the gravest): Acme, outage" in mail
    assert "By urgency: 1 critical, 3 high." in mail
    assert "12 min late" in mail
    assert "one critical mention: a medical device or treatment fails" in mail


def test_machines_get_versioned_json():
    data = json.loads(compose(a_page(step=2, number=3)).data)

    assert data["version"] == 1
    assert (data["step"], data["page"]) == (2, 3)
    assert data["mention_count"] == 4
    assert data["next_page_at"] == "2026-03-12T12:05:00.000Z"
    assert data["acknowledge_url"].endswith("/a/Ab3-_Ab3-_Ab")


def test_subscribers_can_filter_on_what_matters():
    assert compose(a_page()).attributes == {
        "type": "page",
        "brand": "acme",
        "severity": "sev2",
        "kind": "outage",
        "audience": "lead-1",
        "role": "comms-lead",
        "channel": "sms",
        "step": "1",
        "incident": "inc-0123456789",
    }


@pytest.mark.parametrize("person", [DUTY, LEAD])
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("severity", Severity)
def test_there_are_words_for_everything(person, kind, severity):
    message = compose(a_page(person=person, tally=a_tally(kind=kind, severity=severity)))

    assert message.sms
    assert message.mail


def test_a_hostile_brand_name_cannot_add_lines_to_a_mail():
    brand = "acme\r\nBcc: everyone@example.org\u202e<script>"

    mail = compose(a_page(tally=CALM, brand_name=brand)).mail

    assert "acme Bcc: everyone@example.org<script>" in mail.splitlines()[0]


def test_made_volume_is_told_in_few_words_and_danger_goes_before():
    made = a_tally(trigger=COMPANY, noise=MADE, mention_count=40)
    english, french = (compose(a_page(tally=made, person=p)) for p in (LEAD, DUTY))

    assert "40 posts since 11:57 UTC (coordinated?)" in english.sms
    assert " (coordonné ?)" in french.sms
    assert "30 authors with the same text" in english.mail
    assert "dont 30 avec le même texte" in french.mail
    assert json.loads(english.data)["coordinated"] is True
    danger = compose(a_page(tally=replace(made, trigger=TRIP_WIRE)))
    assert "coordinated" not in danger.sms


@pytest.mark.parametrize("trigger", [TRIP_WIRE, COMPANY, SURGE, SPLIT])
def test_every_trigger_has_french_words(trigger):
    mail = compose(a_page(tally=a_tally(trigger=trigger), person=DUTY)).mail

    assert "Incident ouvert parce qu" in mail


def test_from_which_age_on_a_post_is_old_is_the_plans_to_say():
    tally = a_tally(first_mention_at=NOON - timedelta(minutes=40), opened_at=NOON)

    young = compose(a_page(tally=tally, late_after=timedelta(hours=1)))
    old = compose(a_page(tally=tally, late_after=timedelta(minutes=30)))

    assert "old" not in young.mail
    assert "old" in old.mail


def test_with_the_name_that_sns_puts_before_it_an_sms_is_still_one_segment():
    topic = template()["Resources"]["AlertsTopic"]["Properties"]

    assert f"{topic['DisplayName'].upper()}> " == SMS_PREFIX
    for person in (DUTY, LEAD):
        for brand in ("Acme", "Compagnie générale des télécommunications", "[{" * 90):
            for tally in (CALM, a_tally()):
                page = a_page(tally=tally, person=person, brand_name=brand)
                assert fits(SMS_PREFIX + compose(page).sms)


def test_every_field_for_machines_is_documented_and_none_besides():
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.*?) \|", text.partition("## A page for machines")[2], re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(json.loads(compose(a_page()).data))
