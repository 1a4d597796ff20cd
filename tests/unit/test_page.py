import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import DUTY, LEAD, NOON, a_tally
from vigie.domain.gsm import fits
from vigie.domain.labels import Kind
from vigie.domain.page import Page, compose
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
    } | changes
    return Page(**values)


def test_an_sms_says_what_how_grave_how_many_since_when_and_where():
    assert compose(a_page()).sms == (
        "SEV2 acme: outage, 4 posts since 11:57Z. Acknowledge: "
        "https://a1b2c3d4e5.execute-api.ap-southeast-7.amazonaws.com/a/Ab3-_Ab3-_Ab"
    )


def test_a_french_speaker_gets_french():
    message = compose(a_page(person=DUTY))

    assert message.sms.startswith("SEV2 acme : panne, 4 posts depuis 11:57Z. Prendre en charge :")
    assert "Que faire" in message.mail


@given(
    brand=st.text(max_size=80),
    count=st.integers(min_value=0, max_value=10**12),
    host=st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-.", min_size=4, max_size=80),
    kind=st.sampled_from(Kind),
    severity=st.sampled_from(Severity),
    person=st.sampled_from([DUTY, LEAD]),
    age=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_an_sms_is_one_segment_with_its_link_whatever_the_brand(
    brand, count, host, kind, severity, person, age
):
    tally = a_tally(
        brand=brand,
        mention_count=count,
        kind=kind,
        severity=severity,
        first_mention_at=NOON - age,
    )
    url = f"https://{host}/a/Ab3-_Ab3-_Ab"

    sms = compose(a_page(tally=tally, person=person, url=url)).sms

    assert fits(sms)
    assert sms.startswith(severity.value.upper())
    assert sms.endswith(url)
    assert f"{NOON - age:%H:%MZ}" in sms


@given(st.text(max_size=300))
def test_a_subject_is_short_ascii_on_one_line(brand):
    subject = compose(a_page(tally=a_tally(brand=brand))).subject

    assert len(subject) < 100
    assert all(" " <= c <= "~" for c in subject)
    assert "inc-0123456789" in subject


def test_an_address_that_fills_the_segment_costs_the_link_not_the_page():
    sms = compose(a_page(url="https://" + "x" * 200)).sms

    assert fits(sms)
    assert sms.startswith("SEV2 acme outage 4 11:57Z")


def test_a_late_incident_says_how_old_it_is():
    old = a_tally(first_mention_at=NOON - timedelta(hours=5))

    assert "(5h old)" in compose(a_page(tally=old)).sms
    assert "5h old" in compose(a_page(tally=old)).mail
    assert "vieux de 5 h" in compose(a_page(tally=old, person=DUTY)).sms
    assert "3d old" in compose(a_page(tally=replace(old, opened_at=NOON + timedelta(days=3)))).sms


def test_a_mail_says_when_the_next_page_follows_and_why():
    mail = compose(a_page(late=timedelta(minutes=12))).mail

    assert "next page goes out at 2026-03-12 12:05 UTC" in mail
    assert "1 critical, 3 high" in mail
    assert "12 min late" in mail
    assert "one critical mention (danger.medical)" in mail


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

    mail = compose(a_page(tally=a_tally(brand=brand))).mail

    assert "acme Bcc: everyone@example.org<script>" in mail.splitlines()[0]
