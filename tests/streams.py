"""Streams of mentions as they arrive: late, twice, edited, repeated, in French and in English."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from tests.builders import a_mention, some_labels
from vigie.domain.labels import Kind, Reason, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention
from vigie.domain.series import Series

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
THURSDAY = MONDAY + timedelta(days=4)
CHAT = some_labels(Urgency.LOW, Kind.NONE, Sentiment.NEUTRAL)

_CHATTER = (
    "lovely weather in {} today thanks for the help yesterday",
    "who do I ask about a new contract and the price of roaming {}",
    "merci pour la réponse, bonne journée à {}",
    "watching the game with {} tonight",
)
# Kind, French and English wordings of one event; {} is one of a few details.
_EVENTS = (
    (
        Kind.OUTAGE,
        "plus de réseau à Lille depuis ce matin, panne totale {}",
        "no network in Lille since this morning, total outage {}",
    ),
    (
        Kind.NATURAL_DISASTER,
        "inondation à Béziers, la rivière déborde, besoin d'aide {}",
        "flood in Béziers, the river is rising, we need help {}",
    ),
    (
        Kind.PRODUCT_QUALITY,
        "le chargeur Voltix chauffe et sent le brûlé, dangereux {}",
        "the Voltix charger gets hot and smells of burning, dangerous {}",
    ),
    (
        Kind.CONTROVERSY,
        "votre publicité avec Dupont est une honte, boycott {}",
        "your advert with Dupont is a disgrace, boycott {}",
    ),
)
_DETAILS = ("", "help", "rue Nationale", "près de la gare", "still nothing", "3 hours", "urgent")


@cache
def usual_days(days=4, a_minute=0.5, urgent=0.02, seed=7, until=THURSDAY):
    """What a brand's series have learned by then."""
    rng, series, at = random.Random(seed), Series(), until - timedelta(days=days)
    while at < until:
        series.add(at, some_labels() if rng.random() < urgent else CHAT, at)
        at += timedelta(minutes=rng.expovariate(a_minute))
    return series.stored()


def storm(seed):
    """An outage of a brand that nobody knows yet, with somebody in danger amid it."""
    rng, told = random.Random(seed), _Telling(seed)
    for n in range(220):
        at = told.start + timedelta(seconds=n * rng.uniform(2, 5))
        urgency = rng.choices(list(Urgency), [0.01, 0.4, 0.3, 0.3])[0]
        told.event(at, _EVENTS[0], urgency)
    return told.arriving()


def swelling(seed):
    """Chatter of two brands that know their usual; one of them swells, then turns urgent."""
    rng, told = random.Random(seed), _Telling(seed)
    at = told.start
    for _ in range(60):
        at += timedelta(minutes=rng.expovariate(0.5))
        told.chat(at, rng.choice(("acme", "other")))
    for n in range(140):
        at += timedelta(seconds=rng.expovariate(1 / 4))
        if n > 70 and rng.random() < 0.3:
            told.event(at, _EVENTS[3], Urgency.HIGH)
        else:
            told.chat(at, "acme" if rng.random() < 0.8 else "other")
    return told.arriving()


def mixed(seed):
    """Several events at once and one after another, told in two languages, amid chatter."""
    rng, told = random.Random(seed), _Telling(seed)
    for event in rng.sample(_EVENTS, 4):
        at = told.start + timedelta(minutes=rng.uniform(0, 180))
        for _ in range(rng.randint(3, 40)):
            at += timedelta(minutes=rng.expovariate(1 / 3))
            urgency = rng.choices(list(Urgency), [0.03, 0.5, 0.4, 0.07])[0]
            told.event(at, event, urgency)
    at = told.start
    for _ in range(80):
        at += timedelta(minutes=rng.expovariate(1 / 3))
        told.chat(at, "acme")
    return told.arriving()


class _Telling:
    def __init__(self, seed):
        self.rng = random.Random(f"how {seed}")
        self.start = THURSDAY + timedelta(minutes=self.rng.randint(0, 600))
        self.said = []

    def chat(self, at, brand):
        text = self.rng.choice(_CHATTER).format(self.rng.choice(("Lyon", "York", "my aunt")))
        mood = self.rng.choice(list(Sentiment))
        self._say(at, text, some_labels(Urgency.LOW, Kind.NONE, mood), brand, "en")

    def event(self, at, event, urgency, brand="acme"):
        kind, french, english = event
        is_french = self.rng.random() < 0.5
        text = (french if is_french else english).format(self.rng.choice(_DETAILS))
        if self.rng.random() < 0.1:  # the classifier errs
            kind = self.rng.choice(list(Kind))
        labels = replace(
            some_labels(urgency, kind),
            reasons=(
                Reason(rule=f"{kind}.bench", label=f"urgency:{urgency}", says="made for a test"),
            ),
            language="fr" if is_french else "en",
        )
        self._say(at, text, labels, brand, labels.language)

    def _say(self, at, text, labels, brand, lang):
        number = str(10**18 + len(self.said))
        author = Author(id=str(self.rng.randint(1, 300)), followers=self.rng.randint(0, 5000))
        mention = a_mention(
            brand=brand,
            post_id=number,
            root_id=number,
            text=f"@{brand} {text}",
            author=author,
            posted_at=at.replace(microsecond=0),
            lang=lang,
        )
        self.said.append(LabelledMention(mention=mention, labels=labels))

    def arriving(self):
        """(instant, mention) in the order of arrival: one in ten up to ten minutes late, one in
        ten twice, a few edited or reposted."""
        rng, arrivals = self.rng, []
        for told in self.said:
            at = told.mention.posted_at + timedelta(seconds=rng.uniform(1, 20))
            if rng.random() < 0.1:
                at += timedelta(minutes=rng.uniform(0, 10))
            told = _received(told, at)
            arrivals.append((at, told))
            if rng.random() < 0.1:
                arrivals.append((at + timedelta(seconds=rng.uniform(0, 300)), told))
            if rng.random() < 0.03:
                later = at + timedelta(seconds=rng.uniform(1, 400))
                arrivals.append((later, _received(_edited(told, rng), later)))
            if rng.random() < 0.05:
                later = at + timedelta(seconds=rng.uniform(1, 400))
                arrivals.append((later, _received(_reposted(told), later)))
        return sorted(arrivals, key=lambda found: found[0])


def _received(told, at):
    return replace(told, mention=replace(told.mention, received_at=at))


def _edited(told, rng):
    number = str(int(told.mention.post_id) + 10**12)
    labels = replace(told.labels, urgency=rng.choice(list(Urgency)))
    return replace(told, mention=replace(told.mention, post_id=number), labels=labels)


def _reposted(told):
    number = str(int(told.mention.post_id) + 10**13)
    mention = replace(
        told.mention,
        post_id=number,
        root_id=number,
        repost=True,
        repost_of=told.mention.root_id,
        author=Author(id="999", followers=5),
    )
    return replace(told, mention=mention)
