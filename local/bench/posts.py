"""Posts made for measurements: ordinary ones, reports of an outage, and cries for help."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from vigie.domain.instants import to_iso
from vigie.domain.plan import Brand, Ladder, Person, Plan, Severity, Step, Thresholds, plan_to_json

START = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
ORDINARY = (
    "@{brand} thanks for the quick answer yesterday, lovely team",
    "@{brand} toujours pas de réponse à ma réclamation, ma facture est fausse depuis deux mois",
    "@{brand} no internet in the whole street since this morning, is the network down?",
    "@{brand} panne générale à Lyon, plus de réseau depuis une heure, vous êtes au courant ?",
    "@{brand} when does the shop open on Saturday?",
)
CRY = "@{brand} au secours, mon père est coincé dans l'ascenseur et ne respire plus bien"

_numbers = count(1)


def a_post(at: datetime, text: str) -> dict[str, str]:
    """One post by an author of its own."""
    number = next(_numbers)
    return {
        "id": str(1_900_000_000_000_000_000 + number),
        "text": text,
        "author_id": str(10_000_000 + number),
        "created_at": to_iso(at),
        "lang": "en",
    }


def storm(mentions: int, brand: str = "brand-0") -> Iterator[bytes]:
    """Pages of a hundred posts, all within one second."""
    for start in range(0, mentions, 100):
        posts = [
            a_post(START, ORDINARY[n % len(ORDINARY)].format(brand=handle(brand)))
            for n in range(start, min(start + 100, mentions))
        ]
        yield json.dumps({"data": posts}).encode()


def steady(seconds: int, per_second: int) -> Iterator[bytes]:
    """`per_second` posts each second, evenly spread; each second one brand's first cry for help."""
    for second in range(seconds):
        for n in range(per_second):
            at = START + timedelta(seconds=second, microseconds=1_000_000 * n // per_second)
            shape = CRY if n == per_second // 2 else ORDINARY[n % len(ORDINARY)]
            brand = f"brand-{second}" if shape is CRY else f"brand-{n % seconds}"
            yield json.dumps({"data": a_post(at, shape.format(brand=handle(brand)))}).encode()


def handle(brand: str) -> str:
    """The handle of a made brand."""
    return brand.replace("-", "_")


def a_plan(brands: int) -> str:
    """A compiled plan with that many brands."""
    person = Person(id="duty-1", role="duty", language="en")
    step = Step(people=(person,), channels=("sms", "mail"), ack_within=timedelta(minutes=15))
    return plan_to_json(
        Plan(
            id="bench",
            brands=tuple(
                Brand(id=f"brand-{n}", name=f"Brand {n}", handles=(f"brand_{n}",))
                for n in range(brands)
            ),
            ladders={severity: Ladder(steps=(step,)) for severity in Severity},
            thresholds=Thresholds(),
            page_if_younger_than=timedelta(hours=2),
            retention=timedelta(days=90),
            silence_after=timedelta(minutes=15),
        )
    )
