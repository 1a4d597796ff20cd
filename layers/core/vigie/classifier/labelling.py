"""Text → labels with reasons: trained heads weigh the words, and rules of danger stand above them.

With `tripwire.trips` the functions here are the whole interface of the classifier: whatever finds
the evidence may change behind them.
"""

from collections.abc import Callable, Iterable, Mapping

from vigie.classifier.evidence import MASK, evidence
from vigie.classifier.language import confidence, guess
from vigie.classifier.model import Model, Reading, Share, shipped
from vigie.classifier.normalise import Words, normalise, words
from vigie.classifier.phrases import Hit
from vigie.classifier.policy import POLICY, Policy, Row, Verdict, counted, judge
from vigie.classifier.rules import RULES
from vigie.classifier.tripwire import GRAVE, MOST_REASONS, raised_by, standing, told
from vigie.domain.labels import Labels, Reason, Urgency

_WORDS_A_HEAD = 3
_LEAST_WEIGHT = 0.02
_CONTRASTS_TRIED = 3
_SAYS = {
    "kind.outage": "speaks of a service not working",
    "kind.product_quality": "speaks of a product, a bill or customer service",
    "kind.controversy": "speaks of an affair, an accusation or politics",
    "kind.natural_disaster": "speaks of a disaster, an accident or danger",
    "kind.none": "speaks of no crisis",
    "mood.negative": "displeased with the organisation",
    "mood.neutral": "neither pleased nor displeased",
    "mood.positive": "pleased with the organisation",
    "tone.negative": "a negative tone",
    "tone.neutral": "a neutral tone",
    "tone.positive": "a positive tone",
    "tone_abroad.negative": "a negative tone",
    "tone_abroad.neutral": "a neutral tone",
    "tone_abroad.positive": "a positive tone",
    "off_topic": "no crisis and nothing to answer",
}


def classify(text: str, lang: str = "", policy: Policy = POLICY) -> Labels:
    """Labels of one post, for any string; `lang` is the network's tag and only a hint.

    Raises BadWeights at the first call where the weights are missing or not those of training.
    """
    return _label(shipped(), text, lang, policy)


def classify_all(posts: Iterable[tuple[str, str]], policy: Policy = POLICY) -> list[Labels]:
    """Labels of each (text, lang), in order; the same as one by one."""
    model = shipped()
    return [_label(model, text, lang, policy) for text, lang in posts]


def explain(text: str, head: str) -> tuple[float, list[tuple[str, float]]]:
    """A head's bias and what each word, pair or rule added: together they are its log-odds."""
    post = words(normalise(text))
    reading = shipped().read(post, evidence(post))
    shares = reading.shares(head)
    return reading.bias(head), [(_named(post, share), share.weight) for share in shares]


def _label(model: Model, text: str, lang: str, policy: Policy) -> Labels:
    post = words(normalise(text))
    hits = evidence(post)
    reading = model.read(post, hits)
    language = guess(post, lang, reading.odds)
    sure = confidence(language)
    verdict = judge(reading.odds, hits, policy, sure)
    reasons = _reasons(post, hits, reading, verdict, policy, sure)
    if verdict.urgency.rank >= Urgency.HIGH.rank:
        reasons += _contrast(model, post, hits, reading, verdict, policy, sure)
    return Labels(
        urgency=verdict.urgency,
        kind=verdict.kind,
        sentiment=verdict.sentiment,
        scores=verdict.scores,
        kind_scores=verdict.kind_scores,
        sentiment_scores=verdict.sentiment_scores,
        reasons=tuple(reasons),
        language=language,
    )


def _reasons(
    post: Words,
    hits: Mapping[str, Hit],
    reading: Reading,
    verdict: Verdict,
    policy: Policy,
    confidence: float,
) -> list[Reason]:
    """The rules of danger, then for each label the words and rules that spoke for it most."""
    said = (f"urgency:{verdict.urgency.value}", f"kind:{verdict.kind.value}")
    found = [
        told(post, name, hit, label, weight)
        for name, hit in hits.items()
        if name in policy.rules or RULES[name].critical >= GRAVE
        for label, weight in raised_by(RULES[name], policy.rules.get(name, 0.0))
        if label in said
    ]
    found.sort(key=standing, reverse=True)
    for label, head, says in _speakers(reading.odds, verdict, policy, confidence):
        found += _by_head(post, hits, reading, label, head, says)
    once: dict[tuple[str, str], Reason] = {}
    for reason in found:
        once.setdefault((reason.rule, reason.label), reason)
    return [*once.values()][:MOST_REASONS]


def _speakers(
    odds: Callable[[str], float], verdict: Verdict, policy: Policy, confidence: float
) -> list[tuple[str, str, str]]:
    """For each label: the head that speaks for it most, and what it says.

    None speaks for an urgency that rules alone raised, where the brand counts no head of it.
    """
    urgency, kind, mood = verdict.urgency.value, verdict.kind.value, verdict.sentiment.value
    scale = "mood" if odds("scene.organisation") >= 0 else "tone"
    speakers = [
        (f"kind:{kind}", f"kind.{kind}", _SAYS[f"kind.{kind}"]),
        (f"sentiment:{mood}", f"{scale}.{mood}", _SAYS[f"{scale}.{mood}"]),
    ]
    row = _surest(odds, verdict, policy, confidence)
    if row is not None:
        speakers.insert(0, (f"urgency:{urgency}", row.head, row.says))
    elif verdict.urgency is Urgency.LOW:
        speakers.insert(0, (f"urgency:{urgency}", "off_topic", _SAYS["off_topic"]))
    return speakers


def _surest(
    odds: Callable[[str], float], verdict: Verdict, policy: Policy, confidence: float
) -> Row | None:
    """The row that counts most for the level that was said; None when none counts at all."""
    rows = [row for row in policy.rows if row.level is verdict.urgency and row.weight > 0]
    return max(rows, key=lambda row: counted(row, odds, confidence), default=None)


def _by_head(
    post: Words,
    hits: Mapping[str, Hit],
    reading: Reading,
    label: str,
    head: str,
    says: str,
) -> list[Reason]:
    """The shares that count most; a weight is the part of all that spoke for the head."""
    whole, best = reading.speaking(head, 2 * _WORDS_A_HEAD)
    found: list[Reason] = []
    taken: set[int] = set()
    quoted = 0
    for share in best:
        if len(found) == _WORDS_A_HEAD:
            break
        weight = round(share.weight / whole, 3)
        if weight < _LEAST_WEIGHT and found:
            break
        if share.rule:
            if share.rule.startswith(MASK):
                continue
            hit = hits[share.rule]
            found.append(
                Reason(
                    rule=share.rule,
                    label=label,
                    says=RULES[share.rule].says,
                    weight=weight,
                    words=post.quote(hit.first, hit.last),
                )
            )
        else:
            if share.first in taken or share.last in taken:  # one word, or two neighbours
                continue
            taken.add(share.first)
            taken.add(share.last)
            quoted += 1
            name = f"words.{head}" if quoted == 1 else f"words.{head}.{quoted}"
            found.append(
                Reason(
                    rule=name,
                    label=label,
                    says=says,
                    weight=weight,
                    words=post.quote(share.first, share.last),
                )
            )
    return found


def _contrast(
    model: Model,
    post: Words,
    hits: Mapping[str, Hit],
    reading: Reading,
    verdict: Verdict,
    policy: Policy,
    confidence: float,
) -> list[Reason]:
    """The fewest words found without which the level would be lower, judged anew without them."""
    spans = [
        (hit.first, hit.last)
        for name, hit in hits.items()
        if RULES[name].trip or RULES[name].critical >= GRAVE
    ]
    row = _surest(reading.odds, verdict, policy, confidence)
    for share in reading.speaking(row.head, 2)[1] if row else ():
        hit = hits.get(share.rule)
        spans.append((hit.first, hit.last) if hit else (share.first, share.last))
    gone: set[int] = set()
    quoted: list[str] = []
    for first, last in list(dict.fromkeys(spans))[:_CONTRASTS_TRIED]:
        if gone.issuperset(range(first, last + 1)):
            continue
        gone.update(range(first, last + 1))
        quoted.append(post.quote(first, last))
        other = _judged_without(model, post, gone, policy, confidence)
        if other.urgency.rank < verdict.urgency.rank:
            return [
                Reason(
                    rule=f"contrast.{other.urgency}",
                    label=f"urgency:{verdict.urgency}",
                    says=f"without these words it would be {other.urgency}",
                    weight=round(_beyond(verdict, other), 3),
                    words=" … ".join(quoted),
                )
            ]
    return []


def _judged_without(
    model: Model, post: Words, gone: set[int], policy: Policy, confidence: float
) -> Verdict:
    kept = [place for place in range(len(post.forms)) if place not in gone]
    rest = Words(
        post.text,
        tuple(post.forms[place] for place in kept),
        tuple(post.spans[place] for place in kept),
    )
    fired = evidence(rest)
    return judge(model.read(rest, fired).odds, fired, policy, confidence)


def _beyond(verdict: Verdict, other: Verdict) -> float:
    """How much surer of the verdict's level, or more, it is than the other."""
    return max(0.0, _from(verdict, verdict.urgency) - _from(other, verdict.urgency))


def _from(verdict: Verdict, level: Urgency) -> float:
    return sum(share for name, share in verdict.scores.items() if Urgency(name).rank >= level.rank)


def _named(post: Words, share: Share) -> str:
    return share.rule or " ".join(post.forms[share.first : share.last + 1])
