"""What a million mentions cost on AWS, from list prices and from what each slice writes.

Prices: us-east-1, on demand, as listed in November 2026 (aws.amazon.com/sqs/pricing,
/dynamodb/pricing, /lambda/pricing). They are the arithmetic's only constants: change them here.
"""

from dataclasses import dataclass

from local.bench import console

SQS_STANDARD = 0.40 / 1e6
SQS_FIFO = 0.50 / 1e6
# A payload counts as one request for each 64 KB.
SQS_CHUNK = 64 * 1024
WRITE_UNIT = 0.625 / 1e6
READ_UNIT = 0.125 / 1e6
LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GB_SECOND_ARM = 0.0000133334


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What was measured of the chain: bytes and seconds for each mention or slice."""

    mention_item_bytes: int = 1_000
    state_item_bytes: int = 2_000
    tally_item_bytes: int = 1_000
    queued_bytes: int = 700
    classified_bytes: int = 1_500
    classify_seconds: float = 0.001
    triage_seconds_a_slice: float = 0.080
    memory_gb: float = 0.5
    attached_share: float = 0.5


def for_a_million(slice_mentions: int, pack: int, shape: Shape) -> dict[str, float]:
    """Dollars for a million mentions, by service, when triage commits `slice_mentions` at once.

    A transactional write costs twice the units of a plain one, a strongly consistent read one unit
    for 4 KB. A mention that joins an incident writes one unit more into each of two indexes (by
    incident, and by when it is to be looked up again).
    """
    mentions = 1_000_000
    packs = mentions / pack
    slices = mentions / slice_mentions
    queued = packs * max(1, -(-pack * shape.queued_bytes // SQS_CHUNK))
    classified = packs * max(1, -(-pack * shape.classified_bytes // SQS_CHUNK))
    # Send, receive and delete: Lambda receives and deletes in batches of ten messages.
    sqs = queued * SQS_STANDARD * (1 + 1 + 0.1) + classified * SQS_FIFO * (1 + 1 + 0.1)
    units_a_slice = 2 * (_kb(shape.state_item_bytes) + _kb(shape.tally_item_bytes) + 1)
    writes = mentions * 2 * _kb(shape.mention_item_bytes) + slices * units_a_slice
    writes += 2 * mentions * shape.attached_share
    reads = mentions + slices * (_kb(shape.state_item_bytes, 4) + 2)
    duration = mentions * shape.classify_seconds + slices * shape.triage_seconds_a_slice
    invocations = packs / 10 + slices / (10 * pack / slice_mentions if pack < 80 else 1)
    dollars = {
        "sqs": sqs,
        "dynamodb_writes": writes * WRITE_UNIT,
        "dynamodb_reads": reads * READ_UNIT,
        "lambda": invocations * LAMBDA_REQUEST + duration * shape.memory_gb * LAMBDA_GB_SECOND_ARM,
    }
    return {name: round(value, 2) for name, value in dollars.items()} | {
        "total": round(sum(dollars.values()), 2)
    }


def _kb(size: int, unit: int = 1) -> int:
    return -(-size // (1024 * unit))


def measure(shape: Shape | None = None) -> dict[str, object]:
    """`{"slice_1": …, "slice_10": …, "slice_80": …}`, dollars for a million mentions."""
    used = shape or Shape()
    return {f"slice_{size}": for_a_million(size, min(size, 25), used) for size in (1, 10, 80)} | {
        "shape": {name: getattr(used, name) for name in vars(used)}
    }


if __name__ == "__main__":
    console.print_json(measure())
