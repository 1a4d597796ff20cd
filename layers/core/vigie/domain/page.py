"""A page: one incident, told to one person on one channel, as SMS, mail and JSON.

None of the three holds a post's words or a handle: counts, labels and our own words only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.chat import CHAT, notification, unmarked
from vigie.domain.gsm import SEGMENT, cut, fits, fold, plain, septets, to_ascii
from vigie.domain.incident import Tally
from vigie.domain.instants import to_iso
from vigie.domain.noise import assess_noise
from vigie.domain.page_words import ENGLISH, FRENCH, Words
from vigie.domain.people import Person

PAGE_VERSION = 1
# SNS: ASCII, under 100 characters, no line break.
SUBJECT_CHARACTERS = 99
_COUNT_SHOWN = 9_999_999
# SNS puts the topic's display name (template.yaml) before each SMS, in capitals.
SMS_PREFIX = "VIGIE> "
SMS_ROOM = SEGMENT - septets(SMS_PREFIX)
# So many septets of a brand's name tell which one it is.
_BRAND_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is to be told. `step` and `number` count from 1: the rung, and the page of this run.

    `late` is how much later than promised it goes out; `next_at` when the next one follows.
    `brand_name` is how people call the brand; its id stands in where it is not known. An incident
    whose first post was older than `late_after` when it was opened says so. `acknowledged` of
    `needed` people have acknowledged, where one alone does not end the paging.
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
    acknowledged: int = 0
    needed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What SNS is given: a subject, one text per protocol, and what subscribers filter on.

    `chat` takes the place of `data` for https on the channel of that name.
    """

    subject: str
    sms: str
    mail: str
    data: str
    attributes: Mapping[str, str]
    chat: str = ""


def compose(page: Page) -> Message:
    """The page in the person's language: French for `fr`, English for any other."""
    words = FRENCH if page.person.language.lower().startswith("fr") else ENGLISH
    tally = page.tally
    return Message(
        subject=_subject(page, words),
        sms=_sms(page, words),
        mail=_mail(page, words),
        data=_data(page),
        chat=_chat(page, words) if page.channel == CHAT else "",
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


def _subject(page: Page, words: Words) -> str:
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


def _sms(page: Page, words: Words) -> str:
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
        "old": (words.old.format(age=_age(tally, words)) if _is_old(page) else "") + _share(page),
        "url": page.url,
    }
    brand = fold(_brand(page))
    shapes = words.danger_sms if tally.is_danger else words.calm_sms
    # Said where it costs nothing that is needed, and never beside a danger.
    if not tally.is_danger and assess_noise(tally) is not None:
        for shape in shapes[:-1]:
            text = shape.format(brand=brand, **facts | {"old": facts["old"] + words.made})
            if fits(SMS_PREFIX + text):
                return text
    for shape in shapes:
        text = shape.format(brand=brand, **facts)
        if fits(SMS_PREFIX + text):
            return text
    # A brand with a long name: one that is cut says more than a kind that is left out.
    for shape in shapes[1:]:
        room = SMS_ROOM - septets(shape.format(brand="", **facts))
        if room >= _BRAND_SHOWN or (room > 0 and shape is shapes[-1]):
            return shape.format(brand=cut(brand, room), **facts)
    # An address that fills the segment by itself. A page without a link still wakes somebody.
    return cut(shapes[-2].format(brand=cut(brand, 40), **facts | {"url": ""}), SMS_ROOM)


def _mail(page: Page, words: Words) -> str:
    tally = page.tally
    extra = ""
    if page.late >= timedelta(minutes=1):
        extra += words.mail_late.format(late=f"{int(page.late.total_seconds() // 60)} min")
    if page.needed > 1:
        extra += words.mail_share.format(acknowledged=page.acknowledged, needed=page.needed)
    if _is_old(page):
        extra += words.mail_old.format(age=_age(tally, words))
    noise = assess_noise(tally)
    if noise is not None:
        extra += words.mail_made.format(**noise.facts)
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
        next=words.moment.format(at=page.next_at),
        incident=tally.id,
        step=page.step,
        number=page.number,
    )


def _chat(page: Page, words: Words) -> str:
    """All pages of an incident in one thread. A link belongs to one person: it says to whom."""
    tally = page.tally
    title = words.chat_title.format(
        severity=tally.severity.value.upper(),
        brand=unmarked(plain(_brand(page))),
        kind=words.kinds[tally.kind],
    )
    if tally.is_danger:
        title = f"{words.danger}. {title}"
    return notification(
        title=title,
        text=_counted(tally, words) + _share(page),
        steps=(
            words.chat_acknowledge.format(person=page.person.id, url=page.url),
            words.chat_next.format(next=words.moment.format(at=page.next_at)),
        ),
        thread=tally.id,
        summary=title,
        event="page",
    )


def _counted(tally: Tally, words: Words) -> str:
    alone = tally.mention_count == 1
    shape = words.mail_one if alone else words.mail_many
    urgencies = ", ".join(
        one if alone else f"{n} {one if n == 1 else many}"
        for urgency, (one, many) in words.urgencies.items()
        if (n := tally.by_urgency.get(urgency, 0))
    )
    return shape.format(
        posts=_posts(tally.mention_count),
        first=words.moment.format(at=tally.first_mention_at),
        last=words.moment.format(at=tally.last_mention_at),
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
            "coordinated": assess_noise(tally) is not None,
            "audience": page.person.id,
            "role": page.person.role,
            "channel": page.channel,
            "step": page.step,
            "page": page.number,
            "paged_at": to_iso(page.at),
            "late_s": int(page.late.total_seconds()),
            "next_page_at": to_iso(page.next_at),
            "acknowledge_url": page.url,
            "acknowledged": page.acknowledged,
            "acknowledgements": page.needed,
            "clock": "ladder",
        },
        separators=(",", ":"),
    )


def _share(page: Page) -> str:
    return f" ({page.acknowledged}/{page.needed})" if page.needed > 1 else ""


def _brand(page: Page) -> str:
    return page.brand_name or page.tally.brand


def _brief_kind(tally: Tally, words: Words) -> str:
    return words.brief_kinds.get(tally.kind, words.kinds[tally.kind])


def _posts(count: int) -> str:
    return f"{count} post" if count == 1 else f"{count} posts"


def _is_old(page: Page) -> bool:
    return page.tally.opened_at - page.tally.first_mention_at > page.late_after


def _age(tally: Tally, words: Words) -> str:
    hours = int((tally.opened_at - tally.first_mention_at).total_seconds() // 3600)
    return f"{hours // 24}{words.day}" if hours >= 48 else f"{hours}{words.hour}"
