"""The map: mentions in, labelled mentions out, grave ones by the urgent lane."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vigie.domain.labels import Labels, Urgency
from vigie.domain.mention import LabelledMention, Mention
from vigie.errors import Rejected, Unavailable, UnknownVersion
from vigie.messages import Classified, Mentions, decode_mentions, encode, packs
from vigie.ports import Outgoing, Queue
from vigie.records import Record
from vigie.services.lanes import Lanes, hide, park

Classifier = Callable[[str, str], Labels]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifying:
    """What became of a batch: counts of mentions, and the records that must stay queued."""

    labelled: int
    critical: int
    rejected: int
    unknown_version: int
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Labelled:
    record: Record
    labelled: LabelledMention


def classify_batch(
    batch: Sequence[Record],
    classify: Classifier,
    classified: Queue,
    urgent_classified: Queue,
    lanes: Lanes,
    now: datetime,
) -> Classifying:
    """Label every mention of the batch and send them on, packed by brand, grave ones first.

    A record fails as a whole when any of its mentions could not be sent on; its repeat is
    harmless, because triage counts each mention once.
    """
    failed: dict[str, Record] = {}
    done: list[_Labelled] = []
    rejected = unknown = 0
    for record in batch:
        try:
            message = _decode(record, lanes, now)
        except UnknownVersion:
            unknown += 1
            failed[record.message_id] = record
            continue
        except Unavailable:
            failed[record.message_id] = record
            continue
        if message is None:
            rejected += 1
            continue
        rejected += len(message.unreadable)
        done.extend(_Labelled(record, _label(m, classify)) for m in message.mentions)
    critical = [d for d in done if d.labelled.labels.urgency is Urgency.CRITICAL]
    ordinary = [d for d in done if d.labelled.labels.urgency is not Urgency.CRITICAL]
    for queue, items in ((urgent_classified, critical), (classified, ordinary)):
        for item in _send(queue, items):
            failed[item.record.message_id] = item.record
    hide(lanes, failed.values())
    return Classifying(
        labelled=len(done),
        critical=len(critical),
        rejected=rejected,
        unknown_version=unknown,
        failed=tuple(failed),
    )


def _decode(record: Record, lanes: Lanes, now: datetime) -> Mentions | None:
    """The record's mentions, its unreadable ones parked; None when the whole of it was."""
    try:
        message = decode_mentions(record.body)
    except Rejected as rejected:
        park(lanes, record, record.body, rejected, now)
        return None
    for item in message.unreadable:
        park(lanes, record, item.body, item.rejected, now)
    return message


def _label(mention: Mention, classify: Classifier) -> LabelledMention:
    return LabelledMention(mention=mention, labels=classify(mention.text, mention.lang))


def _send(queue: Queue, items: Sequence[_Labelled]) -> list[_Labelled]:
    """Send by brand in packs; return the items whose pack was not accepted."""
    by_brand: dict[str, list[_Labelled]] = {}
    for item in items:
        by_brand.setdefault(item.labelled.mention.brand, []).append(item)
    sent: list[Sequence[_Labelled]] = []
    outgoing: list[Outgoing] = []
    for brand, of_brand in by_brand.items():
        for pack in packs(of_brand, lambda item: 600 + 6 * len(item.labelled.mention.text)):
            body = encode(Classified(brand=brand, mentions=tuple(i.labelled for i in pack)))
            outgoing.append(Outgoing(body=body, group=brand))
            sent.append(pack)
    return [item for position in queue.send(outgoing) for item in sent[position]]
