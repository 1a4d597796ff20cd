"""The pages of HTML: behind an acknowledge link, and the list of incidents.

Their words stand in `words.json`, once for each language.
"""

import html
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from string import Template
from typing import Any

from vigie.api.wording import language_of as language_of
from vigie.api.wording import text_of, words
from vigie.domain.gsm import plain
from vigie.domain.incident import Desk, Tally
from vigie.domain.instants import to_iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A page and the headers that it must be sent with."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An incident as its link's page shows it: to whom, in which language, at what instant.

    `asks` is false where this person's word would change nothing; `needed` people must acknowledge.
    """

    tally: Tally
    brand_name: str
    language: str
    now: datetime
    is_danger: bool
    asks: bool = True
    needed: int = 1


# Nobody is known here, and so no language: both.
_LOST = (
    "This link is unknown or has expired (a link works for 24 hours). Open the link of the latest "
    "page that you got, or acknowledge at the desk. If nobody has, the paging goes on.",
    "Ce lien est inconnu ou a expiré (un lien sert 24 heures). Ouvrez le lien du dernier appel "
    "reçu, ou prenez l'incident en charge sur la console. Sinon, les appels continuent.",
)
_LANGUAGES = ("en", "fr")


def link_page(shown: Shown, desk: Desk, person: str) -> Html:
    """What a link shows: the incident, and a button as long as nobody has taken it, or somebody is
    asked whether they still have it."""
    words = _link_words(shown)
    if desk.resolved_at is not None and desk.merged_into:
        into = desk.merged_into
        says = _told(words["merged"], shown, at=desk.resolved_at, who=desk.resolved_by, into=into)
        return _incident_page(shown, says, desk_at=into)
    if desk.resolved_at is not None:
        shape = words["dismissed" if desk.dismissed else "closed"]
        says = _told(shape, shown, at=desk.resolved_at, who=desk.resolved_by)
        return _incident_page(replace(shown, is_danger=False), says)
    if desk.acknowledged_at is not None:
        owner = desk.owner or desk.acknowledged_by
        # The first of several had it, and may have handed it on; the others are awake with them.
        is_with = person in desk.acknowledgers[1:]
        shape = words["yours" if owner == person else "together" if is_with else "taken"]
        says = _told(shape, shown, at=desk.acknowledged_at, who=owner)
        if not shown.asks:
            return _incident_page(shown, says)
        return _incident_page(shown, f"{says} {_told(words['asks'], shown)}", words["confirm"])
    if shown.needed > 1:
        share = {"n": str(len(desk.acknowledgers)), "of": str(shown.needed)}
        if person in desk.acknowledgers:
            return _incident_page(shown, _told(words["pressed"], shown, **share))
        return _incident_page(shown, _told(words["several"], shown, **share), words["button"])
    if desk.acknowledgers and not shown.asks:
        return _incident_page(shown, _told(words["waits"], shown))
    return _incident_page(shown, _told(words["explains"], shown), words["button"])


def busy_page(shown: Shown) -> Html:
    """The acknowledgement could not be written; the button is there again."""
    words = _link_words(shown)
    return _incident_page(shown, _told(words["busy"], shown), words["again"], status=503)


def lost_page() -> Html:
    """No such link, or no longer."""
    return _message(404, "en", "Vigie", lines=_paragraphs(_LOST), desk=_desk_links())


def unavailable_page() -> Html:
    """The tables do not answer: nothing is known, and so no language."""
    says = [words()[language]["wrong"]["503"] for language in _LANGUAGES]
    return _message(503, "en", "Vigie", lines=_paragraphs(says))


def message_page(language: str, title: str, *, says: str, lines: str) -> Html:
    """A page of paragraphs, as the others look."""
    desk = _desk_link(words()[language]["link"]["desk_after"], "")
    return _message(200, language, title, says=says, lines=lines, desk=desk)


def incidents_page() -> Html:
    """The list of incidents: a page without data, which asks the API with the reader's token."""
    nonce = secrets.token_urlsafe(16)
    body = Template(text_of("incidents.html")).substitute(
        nonce=nonce,
        colours=text_of("colours.css"),
        style=text_of("incidents.css"),
        script=text_of("incidents.js"),
        words=_words_for_script(),
    )
    return Html(status=200, body=body, headers=_headers(nonce, connects=True))


def _incident_page(
    shown: Shown, says: str, button: str = "", status: int = 200, desk_at: str = ""
) -> Html:
    said, tally = words()[shown.language], shown.tally
    link = said["link"]
    brand = plain(shown.brand_name or tally.brand)
    title = f"{brand}{said['colon']}{said['kinds'][tally.kind]}"
    count = _told(
        link["one" if tally.mention_count == 1 else "many"],
        shown,
        n=str(tally.mention_count),
        first=tally.first_mention_at,
        last=tally.last_mention_at,
    )
    scale = link["scale"].format(severity=tally.severity.value.upper())
    danger = f'<p class="danger">{html.escape(said["danger"])}</p>' if shown.is_danger else ""
    # An empty action posts to the address of the page itself: the token is written nowhere.
    form = (
        f'<form method="post"><button type="submit">{html.escape(button)}</button></form>'
        if button
        else ""
    )
    return _message(
        status,
        shown.language,
        title,
        danger=danger,
        says=f"<p>{says}</p>",
        form=form,
        lines=f"<p>{html.escape(scale)}</p>\n<p>{count}</p>\n"
        f'<p class="quiet">{html.escape(link["incident"])} {html.escape(tally.id)}</p>',
        desk=_desk_link(link["desk_before" if button else "desk_after"], desk_at or tally.id),
    )


def _message(
    status: int,
    language: str,
    title: str,
    *,
    danger: str = "",
    says: str = "",
    form: str = "",
    lines: str = "",
    desk: str = "",
) -> Html:
    nonce = secrets.token_urlsafe(16)
    body = Template(text_of("message.html")).substitute(
        nonce=nonce,
        language=language,
        title=html.escape(title),
        colours=text_of("colours.css"),
        danger=danger,
        says=says,
        form=form,
        lines=lines,
        desk=desk,
        script=f'<script nonce="{nonce}">\n{text_of("message.js")}</script>',
    )
    return Html(status=status, body=body, headers=_headers(nonce, connects=False))


def _told(shape: str, shown: Shown, **values: str | datetime) -> str:
    """`shape` with its values as HTML: texts escaped, instants as their age and time of day."""
    return html.escape(shape).format(
        **{
            name: _time(value, shown) if isinstance(value, datetime) else html.escape(plain(value))
            for name, value in values.items()
        }
    )


def _time(at: datetime, shown: Shown) -> str:
    """The page's script puts the reader's own time of day in the place of UTC."""
    age = html.escape(_age(shown.now - at, words()[shown.language]))
    day = "" if at.date() == shown.now.date() else f"{at:%Y-%m-%d} "
    return (
        f'<time datetime="{to_iso(at)}" title="{at:%Y-%m-%d %H:%M:%S} UTC" data-age="{age}">'
        f"{age} ({day}{at:%H:%M} UTC)</time>"
    )


def _age(age: timedelta, words: Mapping[str, Any]) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return str(words["just_now"])
    unit, size = (0, 1) if minutes < 90 else (1, 60) if minutes < 36 * 60 else (2, 24 * 60)
    return str(words["ago"].format(n=minutes // size, unit=words["units"][unit]))


def _desk_link(words: str, incident_id: str) -> str:
    # Relative, so that an API behind a path works; the page's own address ends in /a/<token>.
    target = html.escape(f"../#{incident_id}" if incident_id else "../")
    return f'<p><a href="{target}">{html.escape(words)}</a></p>'


def _desk_links() -> str:
    return "\n".join(
        _desk_link(words()[language]["link"]["desk_after"], "") for language in _LANGUAGES
    )


def _paragraphs(lines: list[str] | tuple[str, ...]) -> str:
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)


def _headers(nonce: str, *, connects: bool) -> dict[str, str]:
    policy = [
        "default-src 'none'",
        f"style-src 'nonce-{nonce}'",
        f"script-src 'nonce-{nonce}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if connects:
        policy.append("connect-src 'self'")
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


def _link_words(shown: Shown) -> Mapping[str, str]:
    said: Mapping[str, str] = words()[shown.language]["link"]
    return said


@cache
def _words_for_script() -> str:
    """What the incidents page says; no text in it can end the script."""
    shown = {
        language: {name: said for name, said in of_language.items() if name not in {"link", "why"}}
        for language, of_language in words().items()
    }
    text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
