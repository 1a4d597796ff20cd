"""The pages of HTML: behind an acknowledge link, and the list of incidents."""

import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from string import Template

from vigie.domain.gsm import plain
from vigie.domain.incident import Desk, Tally
from vigie.domain.labels import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A page and the headers that it must be sent with."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    language: str
    kinds: Mapping[Kind, str]
    facts: str
    button: str
    explains: str
    yours: str
    taken: str
    closed: str
    busy: str
    again: str
    incident: str


_ENGLISH = _Words(
    language="en",
    kinds={
        Kind.NATURAL_DISASTER: "natural disaster",
        Kind.CONTROVERSY: "controversy",
        Kind.OUTAGE: "outage",
        Kind.PRODUCT_QUALITY: "product quality",
        Kind.NONE: "other",
    },
    facts="{count} posts since {first} UTC, the latest at {last} UTC.",
    button="I take it",
    explains="Nothing has been acknowledged yet. Press the button, and nobody else is woken.",
    yours="You have it, since {at} UTC. Nobody else will be woken. Go on at the desk.",
    taken="{who} has it, since {at} UTC. You can go back to sleep.",
    closed="This incident was closed by {who}, at {at} UTC. There is nothing left to do.",
    busy="Vigie could not write it down just now.",
    again="Try again",
    incident="Incident",
)

_FRENCH = _Words(
    language="fr",
    kinds={
        Kind.NATURAL_DISASTER: "catastrophe naturelle",
        Kind.CONTROVERSY: "controverse",
        Kind.OUTAGE: "panne",
        Kind.PRODUCT_QUALITY: "qualité de produit",
        Kind.NONE: "autre",
    },
    facts="{count} posts depuis {first} UTC, le dernier à {last} UTC.",
    button="Je m'en charge",
    explains="Rien n'est encore pris en charge. Appuyez sur le bouton, et personne d'autre ne "
    "sera réveillé.",
    yours="C'est à vous, depuis {at} UTC. Personne d'autre ne sera réveillé. Continuez sur la "
    "console.",
    taken="{who} s'en charge, depuis {at} UTC. Vous pouvez vous rendormir.",
    closed="Cet incident a été clos par {who}, à {at} UTC. Il n'y a plus rien à faire.",
    busy="Vigie n'a pas pu l'enregistrer à l'instant.",
    again="Réessayer",
    incident="Incident",
)

# Nobody is known here, and so no language: both.
_LOST = (
    "This link is unknown or has expired (a link works for 24 hours). Open the link of the latest "
    "page that you got, or acknowledge at the desk. If nobody has, the paging goes on.",
    "Ce lien est inconnu ou a expiré (un lien sert 24 heures). Ouvrez le lien du dernier appel "
    "reçu, ou prenez l'incident en charge sur la console. Sinon, les appels continuent.",
)


def link_page(tally: Tally, desk: Desk, person: str, language: str) -> Html:
    """What a link shows: the incident, and a button as long as nobody has taken it."""
    words = _words(language)
    if desk.resolved_at is not None:
        says = words.closed.format(who=desk.resolved_by, at=_moment(desk.resolved_at))
        return _incident_page(tally, words, says, "")
    if desk.acknowledged_at is not None:
        shape = words.yours if desk.acknowledged_by == person else words.taken
        says = shape.format(who=desk.acknowledged_by, at=_moment(desk.acknowledged_at))
        return _incident_page(tally, words, says, "")
    return _incident_page(tally, words, words.explains, words.button)


def busy_page(tally: Tally, language: str) -> Html:
    """The acknowledgement could not be written; the button is there again."""
    words = _words(language)
    return _incident_page(tally, words, words.busy, words.again, status=503)


def lost_page() -> Html:
    """No such link, or no longer."""
    return _page(404, "en", "Vigie", list(_LOST), "")


def unavailable_page() -> Html:
    """The tables do not answer: nothing is known, and so no language."""
    says = [f"{w.busy} {w.again}." for w in (_ENGLISH, _FRENCH)]
    return _page(503, "en", "Vigie", says, "")


def incidents_page() -> Html:
    """The list of incidents: a page without data, which asks the API with the reader's token."""
    nonce = secrets.token_urlsafe(16)
    body = _template("incidents.html").substitute(nonce=nonce)
    return Html(status=200, body=body, headers=_headers(nonce, script=True))


def _incident_page(tally: Tally, words: _Words, says: str, button: str, status: int = 200) -> Html:
    title = f"{tally.severity.value.upper()} {plain(tally.brand)}: {words.kinds[tally.kind]}"
    facts = words.facts.format(
        count=tally.mention_count,
        first=_moment(tally.first_mention_at),
        last=_moment(tally.last_mention_at),
    )
    lines = [facts, says, f"{words.incident} {tally.id}"]
    return _page(status, words.language, title, lines, button)


def _page(status: int, language: str, title: str, lines: list[str], button: str) -> Html:
    nonce = secrets.token_urlsafe(16)
    # An empty action posts to the address of the page itself: the token is written nowhere.
    form = (
        f'<form method="post"><button type="submit">{html.escape(button)}</button></form>'
        if button
        else ""
    )
    body = _template("message.html").substitute(
        nonce=nonce,
        language=language,
        title=html.escape(title),
        lines="\n".join(f"<p>{html.escape(line)}</p>" for line in lines),
        form=form,
    )
    return Html(status=status, body=body, headers=_headers(nonce, script=False))


def _headers(nonce: str, *, script: bool) -> dict[str, str]:
    policy = [
        "default-src 'none'",
        f"style-src 'nonce-{nonce}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if script:
        policy += [f"script-src 'nonce-{nonce}'", "connect-src 'self'"]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


def _words(language: str) -> _Words:
    return _FRENCH if language.lower().startswith("fr") else _ENGLISH


def _moment(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


@cache
def _template(name: str) -> Template:
    return Template((files("vigie.api") / name).read_text(encoding="utf-8"))
