"""What Amazon Q Developer in chat applications takes, by its documentation ("Custom notifications",
event schema); it has fields besides these that are not used here."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import DUTY, LEAD, NOON, a_tally
from vigie.domain.chat import TEXT_CHARACTERS, TITLE_CHARACTERS, notification
from vigie.domain.page import Page, compose
from vigie.domain.trial import trial

# field → (type, must be there)
DOCUMENT = {
    "version": (str, True),
    "source": (str, True),
    "id": (str, False),
    "content": (dict, True),
    "metadata": (dict, False),
}
CONTENT = {
    "textType": (str, False),
    "title": (str, False),
    "description": (str, True),
    "nextSteps": (list, False),
    "keywords": (list, False),
}
METADATA = {
    "threadId": (str, False),
    "summary": (str, False),
    "eventType": (str, False),
    "relatedResources": (list, False),
    "additionalContext": (dict, False),
}


def a_page(**changes):
    values = {
        "tally": a_tally(),
        "person": LEAD,
        "channel": "chat",
        "step": 1,
        "number": 1,
        "url": "https://example.org/a/Ab3-_Ab3-_Ab",
        "at": NOON,
        "late": timedelta(0),
        "next_at": NOON + timedelta(minutes=5),
        "brand_name": "Acme",
    } | changes
    return Page(**values)


def checked(text):
    document = json.loads(text)
    assert (document["version"], document["source"]) == ("1.0", "custom")
    for part, fields in (
        (document, DOCUMENT),
        (document["content"], CONTENT),
        (document["metadata"], METADATA),
    ):
        assert set(part) <= set(fields)
        for name, (kind, needed) in fields.items():
            assert not needed or part.get(name)
            assert isinstance(part.get(name, kind()), kind)
    assert document["content"]["textType"] in ("client-markdown", "plain-text")
    assert all(isinstance(step, str) for step in document["content"].get("nextSteps", ()))
    return document


def test_a_page_to_a_chat_channel_is_a_custom_notification():
    message = compose(a_page())

    document = checked(message.chat)

    assert document["content"]["title"].startswith("DANGER: people at risk. SEV2 Acme: outage")
    assert document["content"]["nextSteps"][0] == (
        "Acknowledge, lead-1: https://example.org/a/Ab3-_Ab3-_Ab"
    )
    assert document["metadata"]["threadId"] == "inc-0123456789"
    assert json.loads(message.data)["type"] == "page"


def test_a_chat_message_speaks_the_persons_language():
    document = checked(compose(a_page(person=DUTY)).chat)

    assert document["content"]["title"].startswith("DANGER : personne en danger. SEV2 Acme : panne")
    assert document["content"]["nextSteps"][0].startswith("Prendre en charge, duty-1 : https://")


@pytest.mark.parametrize("channel", ["sms", "mail", "webhook"])
def test_other_channels_get_no_chat_message(channel):
    assert compose(a_page(channel=channel)).chat == ""


@settings(max_examples=20)
@given(brand=st.text(min_size=1, max_size=80))
def test_no_brand_name_is_markup_or_makes_a_message_too_long(brand):
    content = checked(compose(a_page(brand_name=brand)).chat)["content"]

    assert not set(content["title"]) & set("*_~`<>[]|")
    assert len(content["title"]) <= TITLE_CHARACTERS
    assert len(content["description"]) <= TEXT_CHARACTERS


def test_a_longer_text_is_cut_here_and_not_by_the_service():
    content = checked(notification(title="t" * 999, text="x" * 9999, event="page", thread="inc"))

    assert len(content["content"]["title"]) == TITLE_CHARACTERS
    assert content["content"]["description"].endswith("x…")


@pytest.mark.parametrize("person", [DUTY, LEAD])
def test_a_test_page_is_a_custom_notification_too(person):
    document = checked(trial(person, "chat", NOON).chat)

    assert document["content"]["title"].startswith("TEST")
