"""What each rule means: how far it raises urgency, and the kind and sentiment that it speaks for.

The phrases of a rule stand in `rules_fr.py` and `rules_en.py` under the same id.
"""

from dataclasses import dataclass

from vigie.domain.labels import Kind, Sentiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason to judge a post so.

    `critical`, `high`, `medium`: how sure the rule alone is (0 to 1) that the post is at least of
    that level. `calms`: the factor on what other rules say of high, `settles`: the same for
    medium; `belies`: the factor on what hearsay says of critical. None of the three touches danger.
    `trip`: danger to life now, wherever it stands.
    """

    says: str
    critical: float = 0.0
    high: float = 0.0
    medium: float = 0.0
    calms: float = 1.0
    settles: float = 1.0
    belies: float = 1.0
    kind: Kind | None = None
    kind_weight: float = 0.0
    sentiment: Sentiment | None = None
    sentiment_weight: float = 0.0
    trip: bool = False


def _danger(says: str, kind: Kind = Kind.NATURAL_DISASTER) -> Rule:
    return Rule(
        says=says, critical=0.9, high=1.0, medium=1.0, kind=kind, kind_weight=0.9, trip=True
    )


def _disaster(says: str, critical: float, high: float, medium: float, kind: float = 0.9) -> Rule:
    return Rule(
        says=says,
        critical=critical,
        high=high,
        medium=medium,
        kind=Kind.NATURAL_DISASTER,
        kind_weight=kind,
    )


def _outage(says: str, high: float, medium: float = 0.9, sure: float = 0.9) -> Rule:
    return Rule(
        says=says,
        high=high,
        medium=medium,
        kind=Kind.OUTAGE,
        kind_weight=sure,
        sentiment=Sentiment.NEGATIVE,
        sentiment_weight=0.6,
    )


def _affair(says: str, high: float, medium: float = 0.8, negative: float = 0.5) -> Rule:
    return Rule(
        says=says,
        high=high,
        medium=medium,
        kind=Kind.CONTROVERSY,
        kind_weight=0.8,
        sentiment=Sentiment.NEGATIVE,
        sentiment_weight=negative,
    )


def _complaint(says: str, medium: float, negative: float = 0.6, kind: float = 0.6) -> Rule:
    return Rule(
        says=says,
        medium=medium,
        kind=Kind.PRODUCT_QUALITY,
        kind_weight=kind,
        sentiment=Sentiment.NEGATIVE,
        sentiment_weight=negative,
    )


RULES: dict[str, Rule] = {
    # Danger to life, health or safety now: each trips the wire.
    "danger.trapped": _danger("people are trapped or cannot get out"),
    "danger.rescue": _danger("somebody calls for rescue"),
    "danger.injured": _danger("people are hurt, unconscious or dying"),
    "danger.missing": _danger("people are missing"),
    "danger.shooting": _danger("shots, an attack or a hostage taking"),
    "danger.fire": _danger("fire or smoke where people or equipment are"),
    "danger.gas": _danger("a gas leak or carbon monoxide"),
    "danger.electric": _danger("electrocution or a live cable"),
    "danger.explosion": _danger("an explosion or a collapse"),
    "danger.medical": _danger("a medical device or treatment fails", Kind.OUTAGE),
    "danger.emergency_calls": _danger("emergency services cannot be called", Kind.OUTAGE),
    "danger.suicide": _danger("somebody threatens or plans suicide"),
    "danger.threat": _danger("a threat of violence or a bomb", Kind.CONTROVERSY),
    "danger.poison": _danger("people are poisoned or fall ill"),
    "danger.shelter_now": _danger("an order to take shelter or flee at once"),
    # Grave events told at second hand: critical when several agree, unless they are over.
    "report.attack": _disaster("an attack or a shooting is reported", 0.5, 0.5, 0.8),
    "report.hurt": _disaster("people are said to be hurt", 0.35, 0.4, 0.9),
    "report.missing": _disaster("people are said to be missing", 0.55, 0.8, 0.9),
    "report.collapse": _disaster("a collapse is reported", 0.35, 0.3, 0.8),
    "report.plea": _disaster("a plea whose ground is not told", 0.3, 0.55, 0.8),
    "report.rescue": _disaster("a rescue is under way or asked for", 0.5, 0.5, 0.8),
    "report.flight": _disaster("people are told to flee or to stay in", 0.4, 0.85, 0.9),
    # Needs, warnings and reports of a disaster.
    "disaster.needs": _disaster("people need water, food, shelter or care", 0.05, 0.8, 0.95),
    "disaster.help": _disaster("people ask for help", 0.05, 0.48, 0.75, kind=0.6),
    "disaster.warning": _disaster("a warning or an evacuation", 0.0, 0.72, 0.89),
    "disaster.cut": _disaster("roads, schools or supplies are cut", 0.0, 0.65, 0.9),
    "disaster.toll": _disaster("dead or hurt are reported", 0.1, 0.1, 0.5),
    "disaster.event": _disaster("a disaster or an accident is named", 0.02, 0.1, 0.4),
    "disaster.strikes": _disaster("a disaster is striking or near", 0.05, 0.2, 0.65),
    # Service not working.
    "outage.now": _outage("a service is said not to work", 0.48, 0.92),
    "outage.down": _outage("something is said to be down", 0.53, 0.7),
    "outage.step": _outage("a box is stuck while starting", 0.7),
    "outage.many": _outage("others or an area are said to be hit", 0.3, 0.6, 0.7),
    "outage.shared": _outage("the post says that it is hit too", 0.12, 0.4, 0.4),
    "outage.power": _outage("no electricity, gas, water or heating", 0.69, 0.92),
    "outage.transport": _outage("trains or traffic are stopped", 0.5),
    "outage.word": _outage("a breakdown is mentioned", 0.2, 0.5, 0.7),
    "outage.degraded": _outage("a service is slow or comes and goes", 0.04, 0.6, 0.75),
    "outage.digital": _outage("an application, a site or a login fails", 0.16, 0.72, 0.6),
    "outage.topic": _outage("a service is mentioned", 0.04, 0.4, 0.55),
    "outage.since": Rule(says="it began hours ago, today or last night", high=0.14, medium=0.36),
    "outage.lasting": Rule(says="it has lasted for days, or returns", calms=0.55, medium=0.4),
    # Reputation.
    "affair.leak": _affair("personal or bank data may have leaked", 0.75, 0.86, 0.3),
    "affair.fraud": _affair("fraud, phishing or impersonation", 0.38, 0.6, 0.4),
    "affair.accusation": _affair("an accusation: law, discrimination, lies", 0.25, 0.4, 0.6),
    "affair.boycott": _affair("a call to boycott or to sue together", 0.8, 0.84, 0.7),
    "affair.viral": _affair("it is going viral", 0.6, 0.8, 0.3),
    "affair.press": _affair("a journalist, authority or association asks", 0.75, 0.85, 0.0),
    "affair.politics": Rule(
        says="politics or general indignation",
        settles=0.6,
        kind=Kind.CONTROVERSY,
        kind_weight=0.55,
        sentiment=Sentiment.NEGATIVE,
        sentiment_weight=0.3,
    ),
    # Cues that count in pairs (see PAIRS).
    "cue.vulnerable": Rule(says="a child, an ill, disabled or old person", medium=0.05),
    "cue.device": Rule(says="somebody depends on a medical device", medium=0.2),
    "cue.cold": Rule(says="it is cold or there is heavy heat", medium=0.08),
    "cue.no_power": Rule(says="the electricity is cut", medium=0.5),
    "pair.monitoring": Rule(
        says="a medical device or an alarm may be cut off",
        critical=0.55,
        high=0.9,
        medium=0.95,
        kind=Kind.OUTAGE,
        kind_weight=0.8,
    ),
    "pair.vulnerable": _outage("a vulnerable person is cut off", 0.5),
    "pair.device": _danger("a medical device is without electricity", Kind.OUTAGE),
    "pair.cold": _outage("a home is cut off in the cold or the heat", 0.5),
    # One person's problem.
    "complaint.bill": _complaint("a bill, a payment, a contract", 0.35, 0.45, 0.75),
    "complaint.delivery": _complaint("a delivery, an appointment, a technician", 0.37, 0.4, 0.65),
    "complaint.support": _complaint("customer service does not answer or help", 0.67),
    "complaint.fault": _complaint("a product or a function is at fault", 0.33, 0.5, 0.4),
    "complaint.leaving": _complaint("the customer wants to leave", 0.5),
    "complaint.anger": _complaint("anger or an insult", 0.41, 0.75, 0.4),
    "complaint.problem": Rule(
        says="a problem is named",
        high=0.1,
        medium=0.53,
        kind=Kind.PRODUCT_QUALITY,
        kind_weight=0.3,
        sentiment=Sentiment.NEGATIVE,
        sentiment_weight=0.5,
    ),
    "complaint.negative": _complaint("a disappointed or disapproving word", 0.19, 0.6, 0.35),
    "asks.question": Rule(says="a question", medium=0.44),
    "asks.help": Rule(says="the author asks for an answer or help", medium=0.53),
    "asks.address": Rule(
        says="the organisation is addressed",
        medium=0.23,
        kind=Kind.PRODUCT_QUALITY,
        kind_weight=0.2,
    ),
    "asks.own": Rule(
        says="the author's own contract or equipment",
        medium=0.24,
        kind=Kind.PRODUCT_QUALITY,
        kind_weight=0.2,
        sentiment=Sentiment.NEGATIVE,
        sentiment_weight=0.2,
    ),
    # Nothing to do.
    "low.praise": Rule(
        says="praise or thanks",
        calms=0.68,
        settles=0.65,
        sentiment=Sentiment.POSITIVE,
        sentiment_weight=0.7,
    ),
    "low.joke": Rule(says="a joke", calms=0.69, settles=0.76),
    "low.advert": Rule(
        says="an advert, a contest or an event", calms=0.6, settles=0.75, belies=0.6
    ),
    "low.repost": Rule(says="a repost of the old style", calms=0.8, settles=0.8),
    "low.relay": Rule(says="a repost or news relay", calms=0.92, settles=0.93),
    "low.sympathy": Rule(
        says="sympathy or a prayer",
        calms=0.5,
        settles=0.54,
        belies=0.5,
        kind=Kind.NATURAL_DISASTER,
        kind_weight=0.4,
    ),
    "low.market": Rule(says="business news", calms=0.75, settles=0.8),
    "low.past": Rule(says="it is over or long ago", calms=0.45, settles=0.9, belies=0.5),
    # What sounds grave and is not: it takes its words away from the rules of danger
    # and disaster.
    "mask.figure": Rule(says="a figure of speech", settles=0.9),
    "mask.denial": Rule(says="it is denied, or a drill"),
}

# Both cues anywhere in a post raise the rule.
PAIRS: tuple[tuple[str, str, str], ...] = (
    ("pair.device", "cue.device", "cue.no_power"),
    *(
        (pair, cue, outage)
        for pair, cue in (
            ("pair.vulnerable", "cue.vulnerable"),
            ("pair.monitoring", "cue.device"),
            ("pair.cold", "cue.cold"),
        )
        for outage in ("outage.now", "outage.down", "outage.power")
    ),
)
