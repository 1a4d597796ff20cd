"""A page: one incident, told to one person on one channel, as SMS, mail and JSON.

None of the three holds a post's words or a handle: counts, labels and our own words only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.gsm import SEGMENT, cut, fits, fold, plain, septets, to_ascii
from vigie.domain.incident import COMPANY, TRIP_WIRE, Tally
from vigie.domain.instants import to_iso
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import Person

PAGE_VERSION = 1
# An incident whose first post was older than this when it was opened says so.
LATE = timedelta(hours=2)
# SNS: ASCII, under 100 characters, no line break.
SUBJECT_CHARACTERS = 99
_COUNT_SHOWN = 9_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is to be told. `step` and `number` count from 1: the rung, and the page of this run.

    `late` is how much later than promised it goes out; `next_at` when the next one follows.
    """

    tally: Tally
    person: Person
    channel: str
    step: int
    number: int
    url: str
    at: datetime
    late: timedelta
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What SNS is given: a subject, one text per protocol, and what subscribers filter on."""

    subject: str
    sms: str
    mail: str
    data: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    kinds: Mapping[Kind, str]
    short_kinds: Mapping[Kind, str]
    urgencies: Mapping[Urgency, str]
    severities: Mapping[str, str]
    sms: tuple[str, ...]
    old: str
    subject: str
    mail: str
    mail_late: str
    mail_old: str
    mail_because: str
    triggers: Mapping[str, str]
    day: str
    hour: str


_ENGLISH = _Words(
    kinds={
        Kind.NATURAL_DISASTER: "natural disaster",
        Kind.CONTROVERSY: "controversy",
        Kind.OUTAGE: "outage",
        Kind.PRODUCT_QUALITY: "product quality",
        Kind.NONE: "other",
    },
    short_kinds={
        Kind.NATURAL_DISASTER: "disaster",
        Kind.CONTROVERSY: "dispute",
        Kind.OUTAGE: "outage",
        Kind.PRODUCT_QUALITY: "product",
        Kind.NONE: "other",
    },
    urgencies={
        Urgency.CRITICAL: "critical",
        Urgency.HIGH: "high",
        Urgency.MEDIUM: "medium",
        Urgency.LOW: "low",
    },
    severities={
        "sev1": "the gravest of four levels",
        "sev2": "grave, the second of four levels",
        "sev3": "the third of four levels",
        "sev4": "the mildest of four levels",
    },
    # From the most readable to the shortest.
    sms=(
        "{severity} {brand}: {kind}, {count} posts since {time}{old}. Acknowledge: {url}",
        "{severity} {brand}: {kind}, {count} posts since {time}{old} {url}",
        "{severity} {brand} {short_kind} {count} {time}{old} {url}",
    ),
    old=" ({age} old)",
    subject="[{severity}] {brand}: {kind} ({incident})",
    mail="""\
{severity}, {severity_says}: {kind}, {brand}

{count} posts since {first}, the latest at {last}.
Of these: {urgencies}. Together they reach {reach} followers.
{extra}
Acknowledge (opens a page with one button; the link is yours alone, for 24 hours):
{url}

What to do:
1. Open the link and press the button. Then nobody else is woken for this.
2. Read the posts at the desk and decide who answers.
3. If you cannot take it, do nothing: the next page goes out at {next}.

Incident {incident}, step {step} of the ladder, page {number}.
""",
    mail_late="This page is {late} late: it could not be sent earlier.\n",
    mail_old="The first post was already {age} old when Vigie received it.\n",
    mail_because="Opened because: {because}.\nAs grave because: {severity_because}.\n",
    triggers={},
    day="d",
    hour="h",
)

_FRENCH = _Words(
    kinds={
        Kind.NATURAL_DISASTER: "catastrophe naturelle",
        Kind.CONTROVERSY: "controverse",
        Kind.OUTAGE: "panne",
        Kind.PRODUCT_QUALITY: "qualité de produit",
        Kind.NONE: "autre",
    },
    short_kinds={
        Kind.NATURAL_DISASTER: "catastr.",
        Kind.CONTROVERSY: "controv.",
        Kind.OUTAGE: "panne",
        Kind.PRODUCT_QUALITY: "produit",
        Kind.NONE: "autre",
    },
    urgencies={
        Urgency.CRITICAL: "critiques",
        Urgency.HIGH: "urgents",
        Urgency.MEDIUM: "moyens",
        Urgency.LOW: "faibles",
    },
    severities={
        "sev1": "le plus grave de quatre niveaux",
        "sev2": "grave, le deuxième de quatre niveaux",
        "sev3": "le troisième de quatre niveaux",
        "sev4": "le moins grave de quatre niveaux",
    },
    sms=(
        "{severity} {brand} : {kind}, {count} posts depuis {time}{old}. Prendre en charge : {url}",
        "{severity} {brand} : {kind}, {count} posts depuis {time}{old} {url}",
        "{severity} {brand} {short_kind} {count} {time}{old} {url}",
    ),
    old=" (vieux de {age})",
    subject="[{severity}] {brand} : {kind} ({incident})",
    mail="""\
{severity}, {severity_says} : {kind}, {brand}

{count} posts depuis {first}, le dernier à {last}.
Dont : {urgencies}. Ensemble, ils touchent {reach} abonnés.
{extra}
Prendre en charge (ouvre une page avec un bouton ; le lien est personnel, valable 24 heures) :
{url}

Que faire :
1. Ouvrez le lien et appuyez sur le bouton. Personne d'autre n'est alors réveillé.
2. Lisez les posts sur la console et décidez qui répond.
3. Si vous ne pouvez pas vous en charger, ne faites rien : l'appel suivant part à {next}.

Incident {incident}, échelon {step}, appel {number}.
""",
    mail_late="Cet appel a {late} de retard : il n'a pas pu partir plus tôt.\n",
    mail_old="Le premier post avait déjà {age} quand Vigie l'a reçu.\n",
    # The reasons as triage words them are English; the counts above say the rest in French.
    mail_because="Incident ouvert parce que {trigger}.\n",
    triggers={
        TRIP_WIRE: "un post parle d'un danger immédiat",
        COMPANY: "plusieurs personnes signalent la même chose en peu de temps",
    },
    day=" j",
    hour=" h",
)


def compose(page: Page) -> Message:
    """The page in the person's language: French for `fr`, English for any other."""
    words = _FRENCH if page.person.language.lower().startswith("fr") else _ENGLISH
    tally = page.tally
    return Message(
        subject=_subject(page, words),
        sms=_sms(page, words),
        mail=_mail(page, words),
        data=_data(page),
        attributes={
            "type": "page",
            "brand": tally.brand,
            "severity": tally.severity.value,
            "kind": tally.kind.value,
            "audience": page.person.id,
            "role": page.person.role,
            "channel": page.channel,
            "incident": tally.id,
            "step": str(page.step),
        },
    )


def _subject(page: Page, words: _Words) -> str:
    """One subject per incident and severity, so that mail programs keep its pages together."""
    tally = page.tally
    brand = to_ascii(tally.brand)
    while True:
        subject = words.subject.format(
            severity=tally.severity.value.upper(),
            brand=brand,
            kind=to_ascii(words.kinds[tally.kind]),
            incident=tally.id,
        )
        if len(subject) <= SUBJECT_CHARACTERS or not brand:
            return subject[:SUBJECT_CHARACTERS]
        brand = brand[: len(brand) - (len(subject) - SUBJECT_CHARACTERS)]


def _sms(page: Page, words: _Words) -> str:
    """One segment: words get shorter first, then the brand's name is cut."""
    tally = page.tally
    facts = {
        "severity": tally.severity.value.upper(),
        "kind": fold(words.kinds[tally.kind]),
        "short_kind": fold(words.short_kinds[tally.kind]),
        "count": str(min(tally.mention_count, _COUNT_SHOWN)),
        "time": f"{tally.first_mention_at:%H:%MZ}",
        "old": words.old.format(age=_age(tally, words)) if _is_old(tally) else "",
        "url": page.url,
    }
    brand = fold(tally.brand)
    for shape in words.sms:
        text = shape.format(brand=brand, **facts)
        if fits(text):
            return text
    room = SEGMENT - septets(words.sms[-1].format(brand="", **facts))
    if room > 0:
        return words.sms[-1].format(brand=cut(brand, room), **facts)
    # An address that fills the segment by itself. A page without a link still wakes somebody.
    return cut(words.sms[-1].format(brand=cut(brand, 40), **facts | {"url": ""}), SEGMENT)


def _mail(page: Page, words: _Words) -> str:
    tally = page.tally
    extra = ""
    if page.late >= timedelta(minutes=1):
        extra += words.mail_late.format(late=f"{int(page.late.total_seconds() // 60)} min")
    if _is_old(tally):
        extra += words.mail_old.format(age=_age(tally, words))
    extra += words.mail_because.format(
        because=plain(tally.because),
        trigger=words.triggers.get(tally.trigger, ""),
        severity_because=plain("; ".join(tally.severity_because)),
    )
    return words.mail.format(
        severity=tally.severity.value.upper(),
        severity_says=words.severities[tally.severity.value],
        brand=plain(tally.brand),
        kind=words.kinds[tally.kind],
        count=tally.mention_count,
        first=_moment(tally.first_mention_at),
        last=_moment(tally.last_mention_at),
        urgencies=", ".join(
            f"{tally.by_urgency[u]} {name}"
            for u, name in words.urgencies.items()
            if tally.by_urgency.get(u)
        )
        or "-",
        reach=tally.reach,
        extra=extra,
        url=page.url,
        next=_moment(page.next_at),
        incident=tally.id,
        step=page.step,
        number=page.number,
    )


def _data(page: Page) -> str:
    """The shape is documented in `docs/data.md`; `version` changes when a field goes or turns."""
    tally = page.tally
    return json.dumps(
        {
            "version": PAGE_VERSION,
            "type": "page",
            "incident": tally.id,
            "brand": tally.brand,
            "kind": tally.kind.value,
            "severity": tally.severity.value,
            "opened_at": to_iso(tally.opened_at),
            "first_mention_at": to_iso(tally.first_mention_at),
            "last_mention_at": to_iso(tally.last_mention_at),
            "mention_count": tally.mention_count,
            "by_urgency": {u.value: n for u, n in tally.by_urgency.items()},
            "reach": tally.reach,
            "because": tally.because,
            "severity_because": list(tally.severity_because),
            "follows": tally.follows or None,
            "audience": page.person.id,
            "role": page.person.role,
            "channel": page.channel,
            "step": page.step,
            "page": page.number,
            "paged_at": to_iso(page.at),
            "late_s": int(page.late.total_seconds()),
            "next_page_at": to_iso(page.next_at),
            "acknowledge_url": page.url,
        },
        separators=(",", ":"),
    )


def _is_old(tally: Tally) -> bool:
    return tally.opened_at - tally.first_mention_at > LATE


def _age(tally: Tally, words: _Words) -> str:
    hours = int((tally.opened_at - tally.first_mention_at).total_seconds() // 3600)
    return f"{hours // 24}{words.day}" if hours >= 48 else f"{hours}{words.hour}"


def _moment(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
