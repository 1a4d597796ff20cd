"""Posts as the X API v2 returns them → mentions: everything that arrives is made harmless here.

Both spellings of the API's fields are read (`note_tweet` and `note_post`, `referenced_tweets` and
`referenced_posts`, …: https://docs.x.com/changelog, 2026-08-07). Unknown fields are ignored, and
a field that is absent says nothing. A `Rejected` names the field, never what stood in it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from vigie.domain.instants import from_iso
from vigie.domain.mention import Author, Mention
from vigie.domain.naming import Traces, addresses
from vigie.domain.plan import Brand
from vigie.errors import Rejected

LARGEST_ID = 2**63 - 1
LONGEST_TEXT = 25_000  # what X allows its paying users
FIRST_POST = datetime(2006, 3, 21, tzinfo=UTC)
CLOCK_SKEW = timedelta(seconds=60)

CLAMPED = "posted_at_clamped"
SENSITIVE = "sensitive"
# `withheld:DE,FR`: not to be shown there; `withheld:copyright`: nowhere.
WITHHELD = "withheld"
MOST_COUNTRIES = 20
TRUNCATED = "truncated"

Raw = Mapping[str, Any]

_ID = re.compile(r"[0-9]{1,30}")
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,50}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_OLD_REPOST = re.compile(r"RT @\w{1,50}:")
_POST_LINK = re.compile(r"https?://(?:www\.)?(?:x|twitter)\.com/(\w{1,50})/status/([0-9]{1,30})")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One response: its posts as they came, and what came along to understand them.

    `posts` may hold anything that JSON can: `to_mention` rejects what is no post. `users` and
    `included` (the posts that others refer to) are by id.
    """

    posts: tuple[Any, ...] = ()
    users: Mapping[str, Raw] = field(default_factory=dict)
    included: Mapping[str, Raw] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    next_token: str = ""


def parse_line(line: str | bytes) -> Page | None:
    """A line of a recorded stream: a response page, or one post; None when it is blank.

    Raises `Rejected` for what is neither.
    """
    text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
    if not text.strip():
        return None
    try:
        return read_page(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Rejected(
            f"the line is not JSON ({type(error).__name__}); "
            "expected one X API v2 response in each line",
            field="line",
        ) from error


def read_page(answer: Any) -> Page:
    """A response with a list or one post in `data`; `data` is absent where nothing was found.

    Raises `Rejected` for what is no response at all.
    """
    if not isinstance(answer, dict):
        raise Rejected(
            f"the answer is {_shape(answer)}, expected an object with data", field="answer"
        )
    data = answer.get("data")
    if isinstance(data, list):
        posts = tuple(data)
    elif isinstance(data, dict):
        posts = (data,)
    elif data is None and ("meta" in answer or "errors" in answer):
        posts = ()
    else:
        raise Rejected(f"data is {_shape(data)}, expected a post or a list of posts", field="data")
    includes = _mapping(answer.get("includes"))
    token = _mapping(answer.get("meta")).get("next_token")
    return Page(
        posts=posts,
        users=_by_id(includes.get("users")),
        included=_by_id(_either(includes, "tweets", "posts")),
        tags=tuple(_texts(answer.get("matching_rules"), "tag")),
        next_token=token if isinstance(token, str) else "",
    )


def to_mention(raw: Any, page: Page, brand: Brand, received_at: datetime, source: str) -> Mention:
    """Raises `Rejected` when id, text or author are missing or cannot be what they claim."""
    if not isinstance(raw, dict):
        raise Rejected(f"the post is {_shape(raw)}, expected an object", field="post")
    post_id = _post_id(raw)
    traces = read_traces(raw, page)
    if not traces.text:
        raise Rejected(f"text is {_shape(raw.get('text'))}, expected a text", field="text")
    text, cut = traces.text[:LONGEST_TEXT], len(traces.text) > LONGEST_TEXT
    posted_at = _believable(raw.get("created_at"), received_at)
    repost = is_repost(raw)
    flags = (CLAMPED,) * (posted_at is None) + (TRUNCATED,) * cut + _handled_with_care(raw)
    return Mention(
        brand=brand.id,
        post_id=post_id,
        root_id=_root_id(raw, post_id),
        text=text,
        author=_author(raw, page, received_at),
        posted_at=posted_at or received_at,
        received_at=received_at,
        lang=_lang(raw),
        source=source,
        repost=repost,
        repost_of=_repeated(raw, page) if repost else "",
        reply_eligible=not repost and (addresses(brand, traces) or _quotes(raw, page, brand)),
        flags=flags,
    )


def read_traces(raw: Any, page: Page) -> Traces:
    """What the post shows of whom it is about; empty where it shows nothing."""
    post = _mapping(raw)
    mentions = _mapping(post.get("entities")).get("mentions")
    note = _mapping(_either(post, "note_tweet", "note_post"))
    in_long = _mapping(note.get("entities")).get("mentions")
    return Traces(
        text=_clean(note.get("text")) or _clean(post.get("text")),
        author_id=post["author_id"] if isinstance(post.get("author_id"), str) else "",
        handles=(*_texts(mentions, "username"), *_texts(in_long, "username")),
        ids=(*_texts(mentions, "id"), *_texts(in_long, "id")),
        tags=page.tags,
    )


def post_id(raw: Any) -> int | None:
    """The post's id as a number, or None where it has no valid one."""
    value = raw.get("id") if isinstance(raw, dict) else None
    if isinstance(value, str) and _ID.fullmatch(value) and int(value) <= LARGEST_ID:
        return int(value)
    return None


def is_repost(raw: Raw) -> bool:
    """A repost without words of its own, in today's form or the old one."""
    references = _either(raw, "referenced_tweets", "referenced_posts")
    text = raw.get("text")
    return "retweeted" in _texts(references, "type") or (
        isinstance(text, str) and _OLD_REPOST.match(text) is not None
    )


def _repeated(raw: Raw, page: Page) -> str:
    """The root of what is reposted, "" where the post does not say (the old form)."""
    references = _either(raw, "referenced_tweets", "referenced_posts")
    for reference in map(_mapping, references if isinstance(references, list) else ()):
        number = post_id(reference)
        if reference.get("type") == "retweeted" and number is not None:
            return _root_id(page.included.get(str(reference["id"]), {}), str(number))
    return ""


def _post_id(raw: Raw) -> str:
    number = post_id(raw)
    if number is not None:
        return str(number)
    value = raw.get("id")
    found = "too large or no decimal number" if isinstance(value, str) else _shape(value)
    raise Rejected(f"id is {found}, expected decimal digits, at most 2^63-1, as a text", field="id")


def _root_id(raw: Raw, own_id: str) -> str:
    """The first id of the edit history; the post's own where there is no history to trust."""
    history = _either(raw, "edit_history_tweet_ids", "edit_history_post_ids")
    first = history[0] if isinstance(history, list) and history else None
    root = post_id({"id": first})
    return own_id if root is None or root > int(own_id) else str(root)


def _author(raw: Raw, page: Page, received_at: datetime) -> Author:
    author_id = raw.get("author_id")
    if not isinstance(author_id, str) or not author_id.strip():
        raise Rejected(f"author_id is {_shape(author_id)}, expected a text", field="author_id")
    user = page.users.get(author_id, {})
    handle = user.get("username")
    followers = _mapping(user.get("public_metrics")).get("followers_count")
    return Author(
        id=_clean(author_id)[:64],
        handle=handle if isinstance(handle, str) and _HANDLE.fullmatch(handle) else "",
        followers=_count(followers),
        since=_believable(user.get("created_at"), received_at),
    )


def _count(value: Any) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return max(0, min(value, LARGEST_ID))


def _believable(value: Any, received_at: datetime) -> datetime | None:
    """None for what cannot be true: absent, no instant, before X was, or in the future."""
    try:
        posted_at = from_iso(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):  # overflow: year 1 or 9999 with an offset
        return None
    if posted_at is None or not FIRST_POST <= posted_at <= received_at + CLOCK_SKEW:
        return None
    return posted_at


def _lang(raw: Raw) -> str:
    lang = raw.get("lang")
    return lang if isinstance(lang, str) and _LANG.fullmatch(lang) else "und"


def _handled_with_care(raw: Raw) -> tuple[str, ...]:
    """What X asks of whoever shows the post."""
    withheld = _mapping(raw.get("withheld"))
    codes = withheld.get("country_codes")
    countries = sorted(
        {it for it in codes if isinstance(it, str) and _COUNTRY.fullmatch(it)}
        if isinstance(codes, list)
        else ()
    )[:MOST_COUNTRIES]
    where = ["copyright"] if withheld.get("copyright") is True else countries
    return (SENSITIVE,) * (raw.get("possibly_sensitive") is True) + (
        (f"{WITHHELD}:{','.join(where)}",) if where else ()
    )


def _quotes(raw: Raw, page: Page, brand: Brand) -> bool:
    """Told by the quoted post, where it came along, or by the link that X puts into the quote."""
    references = _either(raw, "referenced_tweets", "referenced_posts")
    quoted = {
        str(reference.get("id"))
        for reference in map(_mapping, references if isinstance(references, list) else ())
        if reference.get("type") == "quoted"
    }
    if any(page.included.get(id_, {}).get("author_id") in brand.x_ids for id_ in quoted):
        return True
    own = {handle.casefold() for handle in brand.handles}
    links = _texts(_mapping(raw.get("entities")).get("urls"), "expanded_url")
    found = [link for link in map(_POST_LINK.match, links) if link is not None]
    return any(link[1].casefold() in own and link[2] in quoted for link in found)


def _clean(value: Any) -> str:
    """A lone surrogate is legal in JSON and breaks every UTF-8 writer behind us."""
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else ""


def _either(raw: Raw, old: str, new: str) -> Any:
    return raw[old] if old in raw else raw.get(new)


def _mapping(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _texts(items: Any, name: str) -> list[str]:
    """`name` of each object of a list, where it is a text."""
    found = [_mapping(item).get(name) for item in items] if isinstance(items, list) else []
    return [value for value in found if isinstance(value, str)]


def _by_id(items: Any) -> dict[str, Raw]:
    objects = [_mapping(item) for item in items] if isinstance(items, list) else []
    return {item["id"]: item for item in objects if isinstance(item.get("id"), str)}


def _shape(value: Any) -> str:
    """What was found, without quoting it: posts hold people's words."""
    if value is None:
        return "missing"
    if value == "":
        return "empty"
    return {str: "a text", bool: "a boolean", dict: "an object", list: "a list"}.get(
        type(value), "a number"
    )
