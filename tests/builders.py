"""Values with defaults, so that a test says only what it is about."""

from datetime import UTC, datetime, timedelta
from itertools import count

from vigie.domain.incident import TRIP_WIRE, Desk, Entry, Ladders, Tally, Timer
from vigie.domain.labels import Kind, Labels, Reason, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention, Mention
from vigie.domain.plan import Brand, Ladder, Person, Plan, Severity, Step, Thresholds

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)

_ids = count(2032100000000000001)

DUTY = Person(id="duty-1", role="duty", language="fr")
LEAD = Person(id="lead-1", role="comms-lead", language="en")


def a_mention(**changes):
    post_id = str(next(_ids)) if "post_id" not in changes else changes["post_id"]
    values = {
        "brand": "acme",
        "post_id": post_id,
        "root_id": post_id,
        "text": "@acme is the network down?",
        "author": Author(id=str(int(post_id) % 10**12), handle="user_1", followers=120),
        "posted_at": NOON,
        "received_at": NOON + timedelta(seconds=5),
        "lang": "en",
        "source": "mentions",
    } | changes
    return Mention(**values)


def some_labels(urgency=Urgency.HIGH, kind=Kind.OUTAGE, sentiment=Sentiment.NEGATIVE):
    return Labels(
        urgency=Urgency(urgency),
        kind=Kind(kind),
        sentiment=sentiment,
        scores={u.value: float(u is urgency) for u in Urgency},
        kind_scores={k.value: float(k is kind) for k in Kind},
        sentiment_scores={s.value: float(s is sentiment) for s in Sentiment},
        reasons=(
            Reason(
                rule=f"{Kind(kind).value}.test",
                label=f"urgency:{Urgency(urgency).value}",
                says="made for a test",
                words="network down",
            ),
        ),
        language="en",
    )


def a_labelled(urgency=Urgency.HIGH, kind=Kind.OUTAGE, **changes):
    return LabelledMention(mention=a_mention(**changes), labels=some_labels(urgency, kind))


def a_ladder(*minutes, people=(DUTY,), channels=("sms", "mail")):
    return Ladder(
        steps=tuple(
            Step(people=tuple(people), channels=tuple(channels), ack_within=timedelta(minutes=m))
            for m in minutes or (5, 10)
        )
    )


def a_plan(**changes):
    values = {
        "id": "plan-test",
        "brands": (
            Brand(id="acme", name="Acme", handles=("acme", "acme_help"), x_ids=("1000000001",)),
        ),
        "ladders": {severity: a_ladder() for severity in Severity},
        "thresholds": Thresholds(),
        "page_if_younger_than": timedelta(hours=2),
        "retention": timedelta(days=90),
        "silence_after": timedelta(minutes=15),
    } | changes
    return Plan(**values)


def a_tally(**changes):
    values = {
        "id": "inc-0123456789",
        "brand": "acme",
        "kind": Kind.OUTAGE,
        "severity": Severity.SEV2,
        "severity_because": ("1 critical mention (sev2 from 1)",),
        "opened_at": NOON,
        "first_mention_at": NOON - timedelta(minutes=3),
        "last_mention_at": NOON,
        "because": "one critical mention: a medical device or treatment fails",
        "trigger": TRIP_WIRE,
        "mention_count": 4,
        "by_urgency": {Urgency.CRITICAL: 1, Urgency.HIGH: 3},
        "reach": 480,
    } | changes
    return Tally(**values)


def a_desk(**changes):
    return Desk(**({"incident_id": "inc-0123456789"} | changes))


def a_timer(**changes):
    values = {
        "incident_id": "inc-0123456789",
        "brand": "acme",
        "name": "ladder",
        "run": 1,
        "fired": 0,
        "severity": Severity.SEV2,
        "due_at": NOON,
    } | changes
    return Timer(**values)


def some_ladders(*minutes, **changes):
    ladder = a_ladder(*minutes, **changes)
    return Ladders(
        incident_id="inc-0123456789",
        plan_id="plan-test",
        brand_name="Acme",
        by_severity=dict.fromkeys(Severity, ladder),
    )


def an_entry(**changes):
    values = {
        "incident_id": "inc-0123456789",
        "at": NOON,
        "id": "opened",
        "what": "opened",
        "by": "triage",
        "facts": {"mentions": 4},
    } | changes
    return Entry(**values)
