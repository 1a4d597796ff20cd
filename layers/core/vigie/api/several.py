"""The page behind a digest's link: each of its incidents, each with a link to its own button."""

import html
from collections.abc import Sequence

from vigie.api.pages import Html, Shown, message_page
from vigie.api.wording import words
from vigie.domain.gsm import plain
from vigie.domain.incident import Desk


def several_page(several: Sequence[tuple[Shown, Desk]]) -> Html:
    """The gravest that nobody has taken first; opening one acknowledges nothing."""
    language = several[0][0].language
    said = words()[language]["link"]
    ordered = sorted(several, key=lambda one: (one[1].is_acknowledged, -one[0].tally.severity.rank))
    still = sum(not desk.is_acknowledged for _, desk in several)
    return message_page(
        language,
        said["digest_title"].format(n=len(several)),
        says=f"<p>{html.escape(said['digest_explains'].format(n=still))}</p>",
        lines="\n".join(_line(shown, desk) for shown, desk in ordered),
    )


def _line(shown: Shown, desk: Desk) -> str:
    said, tally = words()[shown.language], shown.tally
    brand = plain(shown.brand_name or tally.brand)
    title = f"{tally.severity.value.upper()} {brand}{said['colon']}{said['kinds'][tally.kind]}"
    if shown.is_danger:
        title = f"{said['danger']} {title}"
    state = said["link"]["digest_open"]
    if desk.resolved_at is not None:
        how = "digest_merged" if desk.merged_into else "digest_closed"
        state = said["link"][how].format(who=desk.resolved_by, into=desk.merged_into)
    elif desk.acknowledged_at is not None:
        state = said["link"]["digest_taken"].format(who=desk.owner or desk.acknowledged_by)
    # Relative to the page's own address: the token is written nowhere.
    target = html.escape(f"?incident={tally.id}")
    return (
        f'<p><a href="{target}">{html.escape(title)}</a><br>'
        f'<span class="quiet">{html.escape(state)} · {html.escape(tally.id)}</span></p>'
    )
