"""A post that names a brand, as Vigie keeps it."""

from dataclasses import dataclass
from datetime import datetime

from vigie.domain.labels import Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote the post; `followers` and `since`, when the account was made, are None where the
    source does not tell."""

    id: str
    handle: str = ""
    followers: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One post about one brand.

    `root_id` is the first id of the post's edit history and, with brand and platform, the
    mention's identity; `post_id` is the version's own id, larger for a newer version. Ids are
    decimal strings. `repost_of` is the id of what a repost repeats, where it says so. `flags` are
    our own words about oddities (`posted_at_clamped`, `truncated`) and about what X asks of whoever
    shows the post (`sensitive`, `withheld:DE,FR`).
    """

    brand: str
    post_id: str
    root_id: str
    text: str
    author: Author
    posted_at: datetime
    received_at: datetime
    lang: str = "und"
    platform: str = "x"
    source: str = ""
    repost: bool = False
    repost_of: str = ""
    reply_eligible: bool = False
    flags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`<brand>#<platform>#<root id>`: one mention, however often it arrives or is edited."""
        return f"{self.brand}#{self.platform}#{self.root_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMention:
    """A mention after classification."""

    mention: Mention
    labels: Labels
