"""The map: mentions in, labelled mentions out, grave ones by the urgent lane."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vigie.classifier.policy import POLICY, Policy
from vigie.domain.labels import Kind, Labels, Sentiment, Urgency
from vigie.domain.mention import LabelledMention, Mention
from vigie.domain.plan import Plan
from vigie.errors import Rejected, Unavailable, UnknownVersion
from vigie.messages import Classified, decode_mentions, encode, packs
from vigie.ports import Outgoing, Queue
from vigie.records import Record
from vigie.services.lanes import Lanes, Reject, park, wait

Classifier = Callable[[str, str, Policy], Labels]


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


def policies_of(plan: Plan) -> dict[str, Policy]:
    """The policy of each brand that adjusts it; every other brand has the standard one.

    Raises ValueError, naming the brand, for factors that this classifier cannot take.
    """
    found: dict[str, Policy] = {}
    for brand in plan.brands:
        try:
            if brand.policy:
                found[brand.id] = POLICY.adjusted(brand.policy)
        except ValueError as error:
            raise ValueError(
                f"plan {plan.id}, policy of brand {brand.id}: {error}; "
                "build the plan layer again with this release"
            ) from error
    return found


def classify_batch(
    batch: Sequence[Record],
    classify: Classifier,
    policies: Mapping[str, Policy],
    classified: Queue,
    urgent_classified: Queue,
    lanes: Lanes,
    now: datetime,
) -> Classifying:
    """Label each mention by its brand's policy, and send them on by brand, grave ones first.

    A record fails as a whole when any of its mentions could not be sent on; its repeat is
    harmless, because triage counts each mention once. What cannot be read is parked last, so that
    a repeat does not park it again.
    """
    failed: dict[str, Record] = {}
    done: list[_Labelled] = []
    rejects: list[Reject] = []
    unknown = 0
    for record in batch:
        try:
            message = decode_mentions(record.body)
        except Rejected as rejected:
            rejects.append(Reject(record, record.body, rejected))
        except UnknownVersion:
            unknown += 1
            failed[record.message_id] = record
        else:
            rejects.extend(Reject(record, u.body, u.rejected) for u in message.unreadable)
            done.extend(_Labelled(record, _label(m, classify, policies)) for m in message.mentions)
    critical = [d for d in done if d.labelled.labels.urgency is Urgency.CRITICAL]
    ordinary = [d for d in done if d.labelled.labels.urgency is not Urgency.CRITICAL]
    for queue, items in ((urgent_classified, critical), (classified, ordinary)):
        for item in _send(queue, items):
            failed[item.record.message_id] = item.record
    parked = _park(rejects, failed, lanes, now)
    return Classifying(
        labelled=len(done),
        critical=len(critical),
        rejected=parked,
        unknown_version=unknown,
        failed=tuple(record.message_id for record in wait(lanes, failed.values())),
    )


def _park(rejects: Sequence[Reject], failed: dict[str, Record], lanes: Lanes, now: datetime) -> int:
    """Park what its record brought for nothing, unless the record comes back anyway."""
    parked = 0
    for reject in rejects:
        record = reject.record
        if record.message_id in failed:
            continue
        try:
            park(lanes, reject, now)
            parked += 1
        except Unavailable:
            failed[record.message_id] = record
    return parked


# A repost says again what its root said, and is counted there.
ECHO = Labels(
    urgency=Urgency.LOW,
    kind=Kind.NONE,
    sentiment=Sentiment.NEUTRAL,
    scores={},
    kind_scores={},
    sentiment_scores={},
    reasons=(),
    language="und",
)


def _label(
    mention: Mention, classify: Classifier, policies: Mapping[str, Policy]
) -> LabelledMention:
    if mention.repost:
        return LabelledMention(mention=mention, labels=ECHO)
    policy = policies.get(mention.brand, POLICY)
    return LabelledMention(mention=mention, labels=classify(mention.text, mention.lang, policy))


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
