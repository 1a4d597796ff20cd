"""A page of a clock beside the ladder: one sentence says what is asked of whoever has it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from vigie.domain.chat import CHAT, notification, unmarked
from vigie.domain.clock_rules import APPROVAL, FIRST_WORD, FORGOTTEN, HANDED, RISE, UPDATE
from vigie.domain.gsm import cut, fits, fold, plain, septets
from vigie.domain.incident import Timer
from vigie.domain.instants import to_iso
from vigie.domain.page import SMS_PREFIX, SMS_ROOM, Message, Page, compose
from vigie.domain.page_words import ENGLISH, FRENCH

# One that is due, and one that is past; `{owner}` and `{by}` are ids of the plan.
_ENGLISH: Mapping[str, tuple[str, ...]] = {
    FORGOTTEN: (
        "{owner} took this {ago} ago, nothing since. Still on it? Confirm, or it pages on",
    ),
    RISE: ("graver than when {owner} took it. Confirm, or the ladder starts",),
    HANDED: ("{by} handed this to {owner}, who has it now",),
    FIRST_WORD: ("first public word due {due}", "first public word overdue since {due}"),
    UPDATE: ("next public update due {due}", "public update overdue since {due}"),
    APPROVAL: ("an approval waits until {due}", "an approval is overdue since {due}"),
}
_FRENCH: Mapping[str, tuple[str, ...]] = {
    FORGOTTEN: (
        "pris par {owner} il y a {ago}, rien depuis. Toujours dessus ? Confirmez, sinon rappel",
    ),
    RISE: ("plus grave que lors de la prise par {owner}. Confirmez, sinon on appelle tous",),
    HANDED: ("{by} confie cet incident à {owner}",),
    FIRST_WORD: ("première parole publique due à {due}", "première parole en retard depuis {due}"),
    UPDATE: ("prochain point public dû à {due}", "point public en retard depuis {due}"),
    APPROVAL: ("une validation attend jusqu'à {due}", "validation en retard depuis {due}"),
}
_NEXT = {"en": "Otherwise the next page goes out at {next}.", "fr": "Sinon, rappel le {next}."}
_LINK = {"en": "Open (the link is yours alone, for 24 hours):", "fr": "Ouvrir (lien personnel) :"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Which clock asks, and of whom. `follows_at` is when it pages again, None for never."""

    timer: Timer
    owner: str
    follows_at: datetime | None


def compose_clock(page: Page, asking: Asking) -> Message:
    """The page in the person's language; the subject is that of the incident's other pages, so
    that mail programs keep them together."""
    base = compose(page)
    language = "fr" if page.person.language.lower().startswith("fr") else "en"
    sentence = _sentence(page, asking, language)
    moment = (FRENCH if language == "fr" else ENGLISH).moment
    follows = (
        _NEXT[language].format(next=moment.format(at=asking.follows_at))
        if asking.follows_at
        else ""
    )
    brand = plain(page.brand_name or page.tally.brand)
    title = f"{page.tally.severity.value.upper()} {brand}: {sentence}"
    return replace(
        base,
        sms=_sms(page, sentence),
        mail="\n\n".join(
            part
            for part in (
                f"{title}.",
                f"{_LINK[language]}\n{page.url}",
                follows,
                f"Incident {page.tally.id}.\n",
            )
            if part
        ),
        data=_data(base.data, asking),
        chat=_chat(page, sentence, follows) if page.channel == CHAT else "",
        attributes=dict(base.attributes) | {"step": "0"},
    )


def _sentence(page: Page, asking: Asking, language: str) -> str:
    timer = asking.timer
    shapes = (_FRENCH if language == "fr" else _ENGLISH)[timer.name]
    is_past = timer.promised_at is not None and page.at >= timer.promised_at
    return shapes[is_past if len(shapes) > 1 else 0].format(
        owner=asking.owner or "?",
        by=timer.set_by or "?",
        ago=_ago(timer, page.at),
        due=f"{timer.promised_at:%H:%M} UTC" if timer.promised_at else "",
    )


def _sms(page: Page, sentence: str) -> str:
    """One segment: the brand's name is cut first, then the sentence."""
    severity, said = page.tally.severity.value.upper(), fold(sentence)
    brand = fold(page.brand_name or page.tally.brand)
    whole = f"{severity} {brand}: {said}. {page.url}"
    if fits(SMS_PREFIX + whole):
        return whole
    room = SMS_ROOM - septets(f"{severity} : {said}. {page.url}")
    if room > 0:
        return f"{severity} {cut(brand, room)}: {said}. {page.url}"
    room = SMS_ROOM - septets(f"{severity} : . {page.url}") - 8
    if room > 0:
        return f"{severity} {cut(brand, 8)}: {cut(said, room)}. {page.url}"
    return cut(f"{severity} {cut(brand, 40)}: {said}", SMS_ROOM)


def _chat(page: Page, sentence: str, follows: str) -> str:
    severity = page.tally.severity.value.upper()
    title = f"{severity} {unmarked(plain(page.brand_name or page.tally.brand))}"
    return notification(
        title=title,
        text=f"{sentence}.",
        steps=tuple(step for step in (f"{page.person.id}: {page.url}", follows) if step),
        thread=page.tally.id,
        summary=f"{title}: {sentence}",
        event="page",
    )


def _data(ladder: str, asking: Asking) -> str:
    timer = asking.timer
    fields = json.loads(ladder) | {
        "clock": timer.name,
        "step": 0,
        "owner": asking.owner or None,
        "promised_at": to_iso(timer.promised_at) if timer.promised_at else None,
        "next_page_at": to_iso(asking.follows_at) if asking.follows_at else None,
    }
    return json.dumps(fields, separators=(",", ":"))


def _ago(timer: Timer, now: datetime) -> str:
    minutes = int((now - timer.set_at).total_seconds() // 60) if timer.set_at else 0
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
