"""What a digest of 300 posts takes: of ordinary ones, and of ones made to take long."""

from collections.abc import Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any

from local.bench.posts import ORDINARY, START
from vigie.domain.digest import MENTIONS_READ, digest
from vigie.domain.labels import Kind, Labels, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention, Mention

RUNS = 5
_LABELS = Labels(
    urgency=Urgency.HIGH,
    kind=Kind.OUTAGE,
    sentiment=Sentiment.NEGATIVE,
    scores={},
    kind_scores={},
    sentiment_scores={},
    language="en",
)


def measure() -> dict[str, Any]:
    """Milliseconds, the best of a few runs."""
    ordinary = [
        ORDINARY[n % len(ORDINARY)].format(brand="acme") + f" ({n % 37})"
        for n in range(MENTIONS_READ)
    ]
    hostile = [
        " ".join(
            "apparently " + " ".join(f"w{(n * 31 + i * 17 + j) % 3001}" for j in range(12)) + "?"
            for i in range(200)
        )
        for n in range(MENTIONS_READ)
    ]
    return {
        "posts": MENTIONS_READ,
        "ordinary_ms": _best(ordinary),
        "hostile_ms": _best(hostile),
    }


def _best(texts: Sequence[str]) -> float:
    posts = [_post(n, text) for n, text in enumerate(texts)]
    times = []
    for _ in range(RUNS):
        began = perf_counter()
        digest(posts)
        times.append(perf_counter() - began)
    return round(1000 * min(times), 1)


def _post(number: int, text: str) -> LabelledMention:
    id_ = str(1_900_000_000_000_000_000 + number)
    at = START + timedelta(seconds=number)
    mention = Mention(
        brand="acme",
        post_id=id_,
        root_id=id_,
        text=text,
        author=Author(id=str(number)),
        posted_at=at,
        received_at=at,
    )
    return LabelledMention(mention=mention, labels=_LABELS)
