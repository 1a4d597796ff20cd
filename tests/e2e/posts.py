"""Posts in X API v2 shape, and a feed that hands them to the ingest stage as a poll would."""

import json
from itertools import count

from vigie.domain.instants import to_iso
from vigie.errors import Unavailable
from vigie.services.ingest import accept_lines

_ids = count(1)

OUTAGE = "@acme no internet in Leeds since this morning, is the network down?"
DANGER = "@acme au secours, ma mère est sous oxygène et il n'y a plus de courant, elle étouffe"
CHAT = "@acme lovely weather today, thanks for the help yesterday"


def a_post(at, text=OUTAGE, author=None, **changes):
    number = next(_ids)
    post = {
        "id": str(1_900_000_000_000_000_000 + number),
        "text": text,
        "author_id": author or str(50_000 + number),
        "created_at": to_iso(at),
        "lang": "en",
    }
    return post | changes


def a_page(*posts, followers=100):
    users = [
        {
            "id": post["author_id"],
            "username": f"user_{post['author_id']}",
            "public_metrics": {"followers_count": followers},
        }
        for post in posts
        if "author_id" in post
    ]
    return json.dumps({"data": list(posts), "includes": {"users": users}})


def feed(cloud, *lines, tries=5):
    """Hand lines to ingest; when a queue refuses, again, as the next poll would."""
    for _ in range(tries):
        try:
            with cloud.as_function("ingest_poll") as parts:
                return accept_lines(lines, parts.plan.brands, parts.intake, now=parts.now())
        except Unavailable:
            cloud.advance(seconds=5)
    raise AssertionError("ingest never got through")
