"""What X says of posts that it is asked about by id: versions, numbers, and which are gone.

Both spellings of the API's fields are read, as in `vigie.x_posts`.
"""

from collections.abc import Mapping
from typing import Any

from vigie.x_posts import LARGEST_ID, post_id

Raw = Mapping[str, Any]

_GONE = {"resource-not-found": "deleted", "not-authorized-for-resource": "protected"}


def history(raw: Raw) -> tuple[str, ...]:
    """The ids of all versions of the post that X tells of, in no order."""
    ids = raw.get("edit_history_tweet_ids", raw.get("edit_history_post_ids"))
    found = [post_id({"id": id_}) for id_ in ids] if isinstance(ids, list) else []
    return tuple(str(number) for number in found if number is not None)


def numbers(raw: Raw) -> dict[str, int]:
    """`reposts`, `likes`, `replies`, `quotes`; 0 where X does not say."""
    metrics = raw.get("public_metrics")
    given = metrics if isinstance(metrics, dict) else {}
    reposts = given.get("retweet_count", given.get("repost_count"))
    return {"reposts": _count(reposts)} | {
        ours: _count(given.get(theirs))
        for ours, theirs in (
            ("likes", "like_count"),
            ("replies", "reply_count"),
            ("quotes", "quote_count"),
        )
    }


def missing(answer: Raw) -> dict[str, str]:
    """Which of the posts that were asked for are `deleted` or `protected`, by id.

    Only what X names as such: a post that is neither shown nor named may come back.
    """
    found: dict[str, str] = {}
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if not isinstance(error, dict):
            continue
        slug = str(error.get("type", "")).rstrip("/").rsplit("/", 1)[-1]
        number = post_id({"id": error.get("resource_id", error.get("value"))})
        about_a_post = error.get("resource_type", "tweet") in ("tweet", "post")
        if slug in _GONE and number is not None and about_a_post:
            found[str(number)] = _GONE[slug]
    return found


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return max(0, min(value, LARGEST_ID))
