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
from vigie.domain.people import Person

PAGE_VERSION = 1
# SNS: ASCII, under 100 characters, no line break.
SUBJECT_CHARACTERS = 99
_COUNT_SHOWN = 9_999_999
# So many septets of a brand's name tell which one it is.
_BRAND_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is to be told. `step` and `number` count from 1: the rung, and the page of this run.

    `late` is how much later than promised it goes out; `next_at` when the next one follows.
    `brand_name` is how people call the brand; its id stands in where it is not known. An incident
    whose first post was older than `late_after` when it was opened says so.
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
    brand_name: str = ""
    late_after: timedelta = timedelta(hours=2)


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
    brief_kinds: Mapping[Kind, str]
    short_kinds: Mapping[Kind, str]
    urgencies: Mapping[Urgency, tuple[str, str]]
    thousands: str
    danger: str
    calm_sms: tuple[str, ...]
    danger_sms: tuple[str, ...]
    old: str
    subject: str
    danger_subject: str
    mail: str
    mail_danger: str
    mail_one: str
    mail_many: str
    mail_late: str
    mail_old: str
    mail_because: str
    triggers: Mapping[str, str]
    day: str
    hour: str


_ENGLISH = _Words(
    kinds={
        Kind.NATURAL_DISASTER: "people in danger, accident, disaster",
        Kind.CONTROVERSY: "controversy",
        Kind.OUTAGE: "outage",
        Kind.PRODUCT_QUALITY: "product quality",
        Kind.NONE: "nature unclear",
    },
    brief_kinds={Kind.NATURAL_DISASTER: "accident/disaster"},
    short_kinds={
        Kind.NATURAL_DISASTER: "accident",
        Kind.CONTROVERSY: "dispute",
        Kind.OUTAGE: "outage",
        Kind.PRODUCT_QUALITY: "product",
        Kind.NONE: "unclear",
    },
    urgencies={
        Urgency.CRITICAL: ("critical", "critical"),
        Urgency.HIGH: ("high", "high"),
        Urgency.MEDIUM: ("medium", "medium"),
        Urgency.LOW: ("low", "low"),
    },
    thousands=",",
    danger="DANGER: people at risk",
    # From the most readable to the shortest.
    calm_sms=(
        "{severity} of 4, {brand}: {kind}, {posts} since {time} UTC{old}. Acknowledge: {url}",
        "{severity} {brand}: {kind}, {posts} since {time}Z{old}. Acknowledge: {url}",
        "{severity} {brand}: {kind}, {posts} since {time}Z{old} {url}",
        "{severity} {brand} {short_kind} {count} {time}Z{old} {url}",
    ),
    danger_sms=(
        "{danger}. {severity} of 4, {brand}: {kind}, {posts} since {time} UTC{old}. "
        "Acknowledge: {url}",
        "{danger}. {severity} {brand}: {kind}, {posts} since {time}Z{old}. Acknowledge: {url}",
        "{danger}. {severity} {brand}: {kind}, {posts} since {time}Z{old} {url}",
        "{danger}. {severity} {brand}: {short_kind}, {posts}, {time}Z{old} {url}",
        "{danger} {severity} {brand} {time}Z{old} {url}",
        "DANGER {severity} {brand} {time}Z{old} {url}",
    ),
    old=" ({age} old)",
    subject="[{severity}] {brand}: {kind} ({incident})",
    danger_subject="DANGER: people at risk [{severity}] {brand}: {kind} ({incident})",
    mail="""\
{danger}{severity} of 4 (SEV1 is the gravest): {brand}, {kind}

{counted}
Followers of those who posted: {reach}.
{extra}
Acknowledge (opens a page with one button; the link is yours alone, for 24 hours):
{url}

What to do:
1. Open the link and press the button. Then nobody else is woken for this.
2. Read the posts at the desk and decide who answers.
3. If you cannot take it, do nothing: the next page goes out at {next}.

Incident {incident}, step {step} of the ladder, page {number}.
""",
    mail_danger="DANGER: people at risk. A post speaks of danger to life: read it now.\n\n",
    mail_one="1 post, at {first}; its urgency: {urgencies}.",
    mail_many="{posts} since {first}, the latest at {last}. By urgency: {urgencies}.",
    mail_late="This page is {late} late: it could not be sent earlier.\n",
    mail_old="The first post was already {age} old when Vigie received it.\n",
    mail_because="Opened because: {because}.\nAs grave because: {severity_because}.\n",
    triggers={},
    day="d",
    hour="h",
)

_FRENCH = _Words(
    kinds={
        Kind.NATURAL_DISASTER: "personnes en danger, accident, catastrophe",
        Kind.CONTROVERSY: "controverse",
        Kind.OUTAGE: "panne",
        Kind.PRODUCT_QUALITY: "qualité de produit",
        Kind.NONE: "nature à préciser",
    },
    brief_kinds={Kind.NATURAL_DISASTER: "accident/catastrophe"},
    short_kinds={
        Kind.NATURAL_DISASTER: "accident",
        Kind.CONTROVERSY: "controv.",
        Kind.OUTAGE: "panne",
        Kind.PRODUCT_QUALITY: "produit",
        Kind.NONE: "à préciser",
    },
    urgencies={
        Urgency.CRITICAL: ("critique", "critiques"),
        Urgency.HIGH: ("urgent", "urgents"),
        Urgency.MEDIUM: ("moyen", "moyens"),
        Urgency.LOW: ("faible", "faibles"),
    },
    thousands=" ",
    danger="DANGER : personne en danger",
    calm_sms=(
        "{severity} sur 4, {brand} : {kind}, {posts} depuis {time} UTC{old}. "
        "Prendre en charge : {url}",
        "{severity} {brand} : {kind}, {posts} depuis {time}Z{old}. Prendre en charge : {url}",
        "{severity} {brand} : {kind}, {posts} depuis {time}Z{old} {url}",
        "{severity} {brand} {short_kind} {count} {time}Z{old} {url}",
    ),
    danger_sms=(
        "{danger}. {severity} sur 4, {brand} : {kind}, {posts} depuis {time} UTC{old}. "
        "Prendre en charge : {url}",
        "{danger}. {severity} {brand} : {kind}, {posts} depuis {time}Z{old}. "
        "Prendre en charge : {url}",
        "{danger}. {severity} {brand} : {kind}, {posts} depuis {time}Z{old} {url}",
        "{danger}. {severity} {brand} : {short_kind}, {posts}, {time}Z{old} {url}",
        "{danger} {severity} {brand} {time}Z{old} {url}",
        "DANGER {severity} {brand} {time}Z{old} {url}",
    ),
    old=" (vieux de {age})",
    subject="[{severity}] {brand} : {kind} ({incident})",
    danger_subject="DANGER : personne en danger [{severity}] {brand} : {kind} ({incident})",
    mail="""\
{danger}{severity} sur 4 (SEV1 est le plus grave) : {brand}, {kind}

{counted}
Abonnés de ceux qui ont écrit : {reach}.
{extra}
Prendre en charge (ouvre une page avec un bouton ; le lien est personnel, valable 24 heures) :
{url}

Que faire :
1. Ouvrez le lien et appuyez sur le bouton. Personne d'autre n'est alors réveillé.
2. Lisez les posts sur la console et décidez qui répond.
3. Si vous ne pouvez pas vous en charger, ne faites rien : l'appel suivant part à {next}.

Incident {incident}, échelon {step}, appel {number}.
""",
    mail_danger=(
        "DANGER : personne en danger. Un post parle d'un danger pour la vie : lisez-le maintenant."
        "\n\n"
    ),
    mail_one="1 post, à {first} ; son urgence : {urgencies}.",
    mail_many="{posts} depuis {first}, le dernier à {last}. Par urgence : {urgencies}.",
    mail_late="Cet appel a {late} de retard : il n'a pas pu partir plus tôt.\n",
    mail_old="Le premier post avait déjà {age} quand Vigie l'a reçu.\n",
    # The reasons as triage words them are English; the counts above say the rest in French.
    mail_because="Incident ouvert parce {trigger}.\n",
    triggers={
        TRIP_WIRE: "qu'un post parle d'un danger immédiat",
        COMPANY: "que plusieurs personnes signalent la même chose en peu de temps",
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
    brand = to_ascii(_brand(page))
    shape = words.danger_subject if tally.is_danger else words.subject
    while True:
        subject = shape.format(
            severity=tally.severity.value.upper(),
            brand=brand,
            kind=to_ascii(_brief_kind(tally, words)),
            incident=tally.id,
        )
        if len(subject) <= SUBJECT_CHARACTERS or not brand:
            return subject[:SUBJECT_CHARACTERS]
        brand = brand[: len(brand) - (len(subject) - SUBJECT_CHARACTERS)]


def _sms(page: Page, words: _Words) -> str:
    """One segment: words get shorter first, then the brand's name is cut."""
    tally = page.tally
    count = min(tally.mention_count, _COUNT_SHOWN)
    facts = {
        "danger": words.danger,
        "severity": tally.severity.value.upper(),
        "kind": fold(_brief_kind(tally, words)),
        "short_kind": fold(words.short_kinds[tally.kind]),
        "count": str(count),
        "posts": _posts(count),
        "time": f"{tally.first_mention_at:%H:%M}",
        "old": words.old.format(age=_age(tally, words)) if _is_old(page) else "",
        "url": page.url,
    }
    brand = fold(_brand(page))
    shapes = words.danger_sms if tally.is_danger else words.calm_sms
    for shape in shapes:
        text = shape.format(brand=brand, **facts)
        if fits(text):
            return text
    # A brand with a long name: one that is cut says more than a kind that is left out.
    for shape in shapes[1:]:
        room = SEGMENT - septets(shape.format(brand="", **facts))
        if room >= _BRAND_SHOWN or (room > 0 and shape is shapes[-1]):
            return shape.format(brand=cut(brand, room), **facts)
    # An address that fills the segment by itself. A page without a link still wakes somebody.
    return cut(shapes[-2].format(brand=cut(brand, 40), **facts | {"url": ""}), SEGMENT)


def _mail(page: Page, words: _Words) -> str:
    tally = page.tally
    extra = ""
    if page.late >= timedelta(minutes=1):
        extra += words.mail_late.format(late=f"{int(page.late.total_seconds() // 60)} min")
    if _is_old(page):
        extra += words.mail_old.format(age=_age(tally, words))
    extra += words.mail_because.format(
        because=plain(tally.because),
        trigger=words.triggers.get(tally.trigger, ""),
        severity_because=plain("; ".join(tally.severity_because)),
    )
    return words.mail.format(
        danger=words.mail_danger if tally.is_danger else "",
        severity=tally.severity.value.upper(),
        brand=plain(_brand(page)),
        kind=words.kinds[tally.kind],
        counted=_counted(tally, words),
        reach=f"{tally.reach:,}".replace(",", words.thousands),
        extra=extra,
        url=page.url,
        next=_moment(page.next_at),
        incident=tally.id,
        step=page.step,
        number=page.number,
    )


def _counted(tally: Tally, words: _Words) -> str:
    alone = tally.mention_count == 1
    shape = words.mail_one if alone else words.mail_many
    urgencies = ", ".join(
        one if alone else f"{n} {one if n == 1 else many}"
        for urgency, (one, many) in words.urgencies.items()
        if (n := tally.by_urgency.get(urgency, 0))
    )
    return shape.format(
        posts=_posts(tally.mention_count),
        first=_moment(tally.first_mention_at),
        last=_moment(tally.last_mention_at),
        urgencies=urgencies or "-",
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
            "brand_name": _brand(page),
            "kind": tally.kind.value,
            "severity": tally.severity.value,
            "danger": tally.is_danger,
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


def _brand(page: Page) -> str:
    return page.brand_name or page.tally.brand


def _brief_kind(tally: Tally, words: _Words) -> str:
    return words.brief_kinds.get(tally.kind, words.kinds[tally.kind])


def _posts(count: int) -> str:
    return f"{count} post" if count == 1 else f"{count} posts"


def _is_old(page: Page) -> bool:
    return page.tally.opened_at - page.tally.first_mention_at > page.late_after


def _age(tally: Tally, words: _Words) -> str:
    hours = int((tally.opened_at - tally.first_mention_at).total_seconds() // 3600)
    return f"{hours // 24}{words.day}" if hours >= 48 else f"{hours}{words.hour}"


def _moment(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
