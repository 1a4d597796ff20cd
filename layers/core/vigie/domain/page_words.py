"""The words of a page, in English and in French."""

from collections.abc import Mapping
from dataclasses import dataclass

from vigie.domain.incident import COMPANY, SPLIT, SURGE, TRIP_WIRE
from vigie.domain.labels import Kind, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that differs between languages; shapes name what is put into them."""

    kinds: Mapping[Kind, str]
    brief_kinds: Mapping[Kind, str]
    short_kinds: Mapping[Kind, str]
    urgencies: Mapping[Urgency, tuple[str, str]]
    thousands: str
    moment: str
    danger: str
    calm_sms: tuple[str, ...]
    danger_sms: tuple[str, ...]
    old: str
    made: str
    subject: str
    danger_subject: str
    chat_title: str
    chat_acknowledge: str
    chat_next: str
    mail: str
    mail_danger: str
    mail_one: str
    mail_many: str
    mail_late: str
    mail_old: str
    mail_share: str
    mail_made: str
    mail_because: str
    triggers: Mapping[str, str]
    day: str
    hour: str


ENGLISH = Words(
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
    moment="{at:%Y-%m-%d %H:%M} UTC",
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
    made=" (coordinated?)",
    subject="[{severity}] {brand}: {kind} ({incident})",
    chat_title="{severity} {brand}: {kind}",
    chat_acknowledge="Acknowledge, {person}: {url}",
    chat_next="Otherwise the next page goes out at {next}.",
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
    mail_share="{acknowledged} of {needed} people have acknowledged: it pages until all have.\n",
    mail_old="The first post was already {age} old when Vigie received it.\n",
    mail_made=(
        "The volume looks coordinated: {posts} posts by {authors} authors, {copies} authors with "
        "the same text, {new_accounts} new accounts. That may be a controversy of its own.\n"
    ),
    mail_because="Opened because: {because}.\nAs grave because: {severity_because}.\n",
    triggers={},
    day="d",
    hour="h",
)

FRENCH = Words(
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
    moment="{at:%Y-%m-%d} à {at:%H:%M} UTC",
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
    made=" (coordonné ?)",
    subject="[{severity}] {brand} : {kind} ({incident})",
    chat_title="{severity} {brand} : {kind}",
    chat_acknowledge="Prendre en charge, {person} : {url}",
    chat_next="Sinon, l'appel suivant part le {next}.",
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
3. Si vous ne pouvez pas vous en charger, ne faites rien : l'appel suivant part le {next}.

Incident {incident}, échelon {step}, appel {number}.
""",
    mail_danger=(
        "DANGER : personne en danger. Un post parle d'un danger pour la vie : lisez-le maintenant."
        "\n\n"
    ),
    mail_one="1 post, le {first} ; son urgence : {urgencies}.",
    mail_many="{posts} depuis le {first}, le dernier le {last}. Par urgence : {urgencies}.",
    mail_late="Cet appel a {late} de retard : il n'a pas pu partir plus tôt.\n",
    mail_share="{acknowledged} prise(s) en charge sur {needed} : les appels durent jusque-là.\n",
    mail_old="Le premier post avait déjà {age} quand Vigie l'a reçu.\n",
    mail_made=(
        "Le volume semble coordonné : {posts} posts de {authors} auteurs, dont {copies} avec le "
        "même texte et {new_accounts} comptes récents. Ce peut être une controverse en soi.\n"
    ),
    # The reasons as triage words them are English; the counts above say the rest in French.
    mail_because="Incident ouvert parce {trigger}.\n",
    triggers={
        TRIP_WIRE: "qu'un post parle d'un danger immédiat",
        COMPANY: "que plusieurs personnes signalent la même chose en peu de temps",
        SURGE: "que le volume de posts sort nettement de l'ordinaire",
        SPLIT: "qu'une personne l'a séparé d'un autre incident",
    },
    day=" j",
    hour=" h",
)
