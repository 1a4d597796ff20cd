"""A post by one of the brand's own accounts: never a mention, but proof that it was published."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPost:
    """`replies_to` and `quotes` are ids of other posts, empty for none. Its words are not kept."""

    post_id: str
    root_id: str
    author_id: str
    posted_at: datetime
    replies_to: str = ""
    quotes: str = ""
