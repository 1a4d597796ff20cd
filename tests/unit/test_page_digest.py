import json
from datetime import timedelta

import pytest

from tests.builders import DUTY, LEAD, NOON, a_tally
from vigie.domain.chat import TEXT_CHARACTERS, TITLE_CHARACTERS
from vigie.domain.gsm import fits
from vigie.domain.incident import COMPANY, TRIP_WIRE
from vigie.domain.labels import Kind
from vigie.domain.page import SMS_PREFIX, SUBJECT_CHARACTERS
from vigie.domain.page_digest import Digest, Line, compose_digest
from vigie.domain.plan import Severity

URL = "https://abcdefghij.execute-api.eu-west-3.amazonaws.com/a/token-"


def a_line(number=0, **changes):
    of_tally = {"id": f"inc-{number:02d}", "trigger": COMPANY} | changes.pop("tally", {})
    given = {
        "tally": a_tally(**of_tally),
        "brand_name": "Acme",
        "url": f"{URL}{number:06d}",
        "late": timedelta(seconds=40),
        "next_at": NOON + timedelta(minutes=5),
    } | changes
    return Line(**given)


def composed(*lines, person=LEAD, channel="sms", url=f"{URL}whole0"):
    digest = Digest(person=person, channel=channel, lines=lines, url=url, at=NOON)
    return compose_digest(digest)


def of(severity, number, **changes):
    return a_line(number, tally={"severity": severity} | changes)


def test_the_sms_counts_incidents_by_gravity_and_has_the_link_of_all():
    message = composed(of(Severity.SEV3, 1), of(Severity.SEV1, 2), of(Severity.SEV3, 3))

    assert message.sms == (f"3 incidents: SEV1 1, SEV3 2. Brands: Acme. Acknowledge: {URL}whole0")


def test_french_for_who_reads_french():
    message = composed(a_line(1), a_line(2), person=DUTY)

    assert message.sms.startswith("2 incidents : SEV2 2. Marques : Acme. Prendre en charge : http")
    assert "Personne n'a encore pris" in message.mail


def test_danger_is_said_first_everywhere():
    message = composed(
        a_line(1),
        a_line(2, tally={"trigger": TRIP_WIRE, "severity": Severity.SEV2}),
        channel="chat",
    )

    for text in (message.sms, message.mail, message.subject):
        assert text.startswith("DANGER: people at risk")
    assert json.loads(message.chat)["content"]["title"].startswith("DANGER: people at risk")
    assert json.loads(message.data)["danger"] is True
    assert json.loads(message.data)["incidents"][0]["incident"] == "inc-02"


@pytest.mark.parametrize("person", [DUTY, LEAD])
@pytest.mark.parametrize("n", [2, 10, 20])
@pytest.mark.parametrize("trigger", [TRIP_WIRE, COMPANY])
@pytest.mark.parametrize("host", ["https://x.org", URL[:-9], "https://" + "h" * 160])
@pytest.mark.parametrize("brand", ["Acme", "Société Générale du Téléphone €", "漢字" * 60])
def test_whatever_it_tells_it_fits(person, n, trigger, host, brand):
    levels = list(Severity)
    lines = [
        a_line(
            number,
            tally={"severity": levels[number % 4], "trigger": trigger},
            brand_name=brand,
            url=f"{host}/a/token-{number:06d}",
        )
        for number in range(n)
    ]
    message = composed(*lines, person=person, channel="chat", url=f"{host}/a/token-whole0")
    content = json.loads(message.chat)["content"]

    assert fits(SMS_PREFIX + message.sms)
    assert len(message.subject) <= SUBJECT_CHARACTERS
    assert message.subject.isascii()
    assert len(content["description"]) <= TEXT_CHARACTERS
    assert len(content["title"]) <= TITLE_CHARACTERS
    assert len(message.attributes) <= 10
    if len(host) < 100:
        assert message.sms.endswith(f"{host}/a/token-whole0")


def test_a_mail_has_a_line_and_a_link_for_each_the_gravest_first():
    lines = [of(Severity.SEV3, 1), of(Severity.SEV1, 2), a_line(3, told=True)]

    mail = composed(*lines, channel="mail").mail

    order = [mail.index(f"{URL}{number:06d}") for number in (2, 3, 1)]
    assert order == sorted(order)
    assert "1. SEV1 Acme: outage, 4 posts since 2026-03-12 11:57 UTC" in mail
    assert mail.count("(paged by itself before)") == 1
    assert f"{URL}whole0" in mail


def test_a_brand_s_name_makes_no_lines_and_no_markup_of_its_own():
    name = "Acme\r\n2. SEV1 *fake* <b> [x](http://evil)"
    message = composed(a_line(1, brand_name=name), a_line(2), channel="chat")

    assert "\n2. SEV1 *fake*" not in message.mail
    chat = json.loads(message.chat)["content"]["description"].splitlines()
    assert len(chat) == 2
    assert not {"*", "<", "[", "]"} & set(chat[0].partition(" http")[0])


def test_chat_shows_ten_lines_and_how_many_more():
    message = composed(*map(a_line, range(14)), channel="chat")

    lines = json.loads(message.chat)["content"]["description"].splitlines()
    assert (len(lines), lines[-1]) == (11, "and 4 more")


def test_machines_get_every_incident_with_its_own_link():
    message = composed(a_line(1), a_line(2, told=True, next_at=None, tally={"kind": Kind.NONE}))

    data = json.loads(message.data)
    assert (data["version"], data["type"], data["count"]) == (1, "digest", 2)
    assert data["by_severity"] == {"sev2": 2}
    assert data["incidents"][1] | {"acknowledge_url": "", "next_page_at": None} == {
        "incident": "inc-02",
        "brand": "acme",
        "brand_name": "Acme",
        "kind": "none",
        "severity": "sev2",
        "danger": False,
        "opened_at": "2026-03-12T12:00:00.000Z",
        "first_mention_at": "2026-03-12T11:57:00.000Z",
        "mention_count": 4,
        "told_before": True,
        "late_s": 40,
        "next_page_at": None,
        "acknowledge_url": "",
    }
    assert message.attributes["incidents"] == "2"
    assert message.chat == ""
