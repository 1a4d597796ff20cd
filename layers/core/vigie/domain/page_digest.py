"""A digest: several incidents, told to one person on one channel in one page."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.chat import CHAT, notification, unmarked
from vigie.domain.gsm import cut, fits, fold, plain, to_ascii
from vigie.domain.incident import Tally
from vigie.domain.instants import to_iso
from vigie.domain.page import SMS_PREFIX, SMS_ROOM, SUBJECT_CHARACTERS, Message
from vigie.domain.page_words import ENGLISH, FRENCH, Words
from vigie.domain.people import Person

DIGEST_VERSION = 1
# A chat message of more lines is cut somewhere by somebody else.
_CHAT_LINES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One incident of a digest. `told` is one that this person was paged about by itself a moment
    ago; `next_at` is None where this digest changes nothing about its next page."""

    tally: Tally
    brand_name: str
    url: str
    late: timedelta
    next_at: datetime | None
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What is to be told: `url` shows all of them, each line's own one incident."""

    person: Person
    channel: str
    lines: tuple[Line, ...]
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    title: str
    sms: tuple[str, ...]
    mail: str
    line: str
    told: str
    posts: str
    all_of_them: str
    more: str


_ENGLISH = _Words(
    title="{n} incidents: {levels}",
    sms=(
        "{danger}{n} incidents: {levels}. Brands: {brands}. Acknowledge: {url}",
        "{danger}{n} incidents: {levels}. Acknowledge: {url}",
        "{danger}{n} incidents: {levels}. {url}",
        "{short_danger}{n}: {levels} {url}",
    ),
    mail="""\
{danger}{title}

Vigie puts pages together when one person would get too many a minute. Nobody has taken any of
these. Each link opens a page with one button; it is yours alone, for 24 hours.

{lines}

All of them on one page:
{url}

What to do:
1. Open the first link and press the button. Then nobody else is woken for that incident.
2. Go on with the next. What you leave pages the next person by its own ladder.
""",
    line="{severity} {brand}: {kind}, {posts} since {first}{told}",
    told=" (paged by itself before)",
    posts="{n} posts",
    all_of_them="All of them, {person}: {url}",
    more="and {n} more",
)
_FRENCH = _Words(
    title="{n} incidents : {levels}",
    sms=(
        "{danger}{n} incidents : {levels}. Marques : {brands}. Prendre en charge : {url}",
        "{danger}{n} incidents : {levels}. Prendre en charge : {url}",
        "{danger}{n} incidents : {levels}. {url}",
        "{short_danger}{n}: {levels} {url}",
    ),
    mail="""\
{danger}{title}

Vigie regroupe les appels quand une personne en recevrait trop par minute. Personne n'a encore pris
ces incidents en charge. Chaque lien ouvre une page avec un bouton ; il est personnel, valable
24 heures.

{lines}

Tous sur une page :
{url}

Que faire :
1. Ouvrez le premier lien et appuyez sur le bouton. Personne d'autre n'est alors réveillé pour lui.
2. Passez au suivant. Ce que vous laissez appelle la personne suivante par sa propre échelle.
""",
    line="{severity} {brand} : {kind}, {posts} depuis le {first}{told}",
    told=" (déjà appelé à part)",
    posts="{n} posts",
    all_of_them="Tous, {person} : {url}",
    more="et {n} de plus",
)


def compose_digest(digest: Digest) -> Message:
    """The digest in the person's language, the gravest incident first."""
    french = digest.person.language.lower().startswith("fr")
    words, page = (_FRENCH, FRENCH) if french else (_ENGLISH, ENGLISH)
    lines = tuple(sorted(digest.lines, key=_gravest_first))
    first = lines[0].tally
    is_danger = any(line.tally.is_danger for line in lines)
    danger = f"{page.danger}. " if is_danger else ""
    title = words.title.format(n=len(lines), levels=_levels(lines))
    said = [_said(line, words, page) for line in lines]
    return Message(
        subject=to_ascii(f"{danger}{title}")[:SUBJECT_CHARACTERS],
        sms=_sms(digest, lines, words, danger),
        mail=words.mail.format(
            danger=danger,
            title=title,
            lines="\n".join(
                f"{number}. {one}\n   {line.url}"
                for number, (one, line) in enumerate(zip(said, lines, strict=True), 1)
            ),
            url=digest.url,
        ),
        data=_data(digest, lines),
        chat=_chat(digest, lines, words, f"{danger}{title}") if digest.channel == CHAT else "",
        attributes={
            "type": "digest",
            "severity": first.severity.value,
            "brand": first.brand,
            "kind": first.kind.value,
            "audience": digest.person.id,
            "role": digest.person.role,
            "channel": digest.channel,
            "incident": first.id,
            "incidents": str(len(lines)),
        },
    )


def _gravest_first(line: Line) -> tuple[int, bool, datetime, str]:
    tally = line.tally
    return -tally.severity.rank, not tally.is_danger, tally.first_mention_at, tally.id


def _levels(lines: Sequence[Line]) -> str:
    found = Counter(line.tally.severity for line in lines)
    ordered = sorted(found, key=lambda severity: -severity.rank)
    return ", ".join(f"{severity.value.upper()} {found[severity]}" for severity in ordered)


def _said(line: Line, words: _Words, page: Words) -> str:
    tally = line.tally
    count = tally.mention_count
    return words.line.format(
        severity=tally.severity.value.upper(),
        brand=plain(line.brand_name or tally.brand),
        kind=page.kinds[tally.kind],
        posts="1 post" if count == 1 else words.posts.format(n=count),
        first=page.moment.format(at=tally.first_mention_at),
        told=words.told if line.told else "",
    )


def _sms(digest: Digest, lines: Sequence[Line], words: _Words, danger: str) -> str:
    """One segment: the brands go first, then the word for what to do."""
    brands = dict.fromkeys(fold(line.brand_name or line.tally.brand) for line in lines)
    facts = {
        "danger": danger,
        "short_danger": "DANGER " if danger else "",
        "n": str(len(lines)),
        "levels": _levels(lines),
        "brands": ", ".join(brands),
        "url": digest.url,
    }
    for shape in words.sms:
        text = shape.format(**facts)
        if fits(SMS_PREFIX + text):
            return text
    # An address that fills the segment by itself. A page without a link still wakes somebody.
    return cut(words.sms[-2].format(**facts | {"url": ""}).strip(), SMS_ROOM)


def _chat(digest: Digest, lines: Sequence[Line], words: _Words, title: str) -> str:
    french = words is _FRENCH
    page = FRENCH if french else ENGLISH
    said = [f"{unmarked(_said(line, words, page))} {line.url}" for line in lines[:_CHAT_LINES]]
    if len(lines) > _CHAT_LINES:
        said.append(words.more.format(n=len(lines) - _CHAT_LINES))
    return notification(
        title=title,
        text="\n".join(said),
        steps=(words.all_of_them.format(person=digest.person.id, url=digest.url),),
        summary=title,
        event="digest",
    )


def _data(digest: Digest, lines: Sequence[Line]) -> str:
    """The shape is documented in `docs/data.md`; `version` changes when a field goes or turns."""
    found = Counter(line.tally.severity.value for line in lines)
    return json.dumps(
        {
            "version": DIGEST_VERSION,
            "type": "digest",
            "audience": digest.person.id,
            "role": digest.person.role,
            "channel": digest.channel,
            "paged_at": to_iso(digest.at),
            "count": len(lines),
            "by_severity": dict(sorted(found.items())),
            "danger": any(line.tally.is_danger for line in lines),
            "incidents": [_line(line) for line in lines],
            "acknowledge_url": digest.url,
        },
        separators=(",", ":"),
    )


def _line(line: Line) -> Mapping[str, object]:
    tally = line.tally
    return {
        "incident": tally.id,
        "brand": tally.brand,
        "brand_name": line.brand_name or tally.brand,
        "kind": tally.kind.value,
        "severity": tally.severity.value,
        "danger": tally.is_danger,
        "opened_at": to_iso(tally.opened_at),
        "first_mention_at": to_iso(tally.first_mention_at),
        "mention_count": tally.mention_count,
        "told_before": line.told,
        "late_s": int(line.late.total_seconds()),
        "next_page_at": to_iso(line.next_at) if line.next_at else None,
        "acknowledge_url": line.url,
    }
