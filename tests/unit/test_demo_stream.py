import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local import streams
from vigie.classifier import classify, trips
from vigie.domain.labels import Urgency

FILE = Path(__file__).parents[2] / "events" / "streams" / "demo.jsonl"
README = FILE.with_name("README.md")
OWN = {"1000000001", "1000000002"}
EPOCH_MS = 1288834974657


@pytest.fixture(scope="module")
def lines():
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def posts(lines):
    """In the order of time: the posts of a page are newest first."""
    return [post for line in lines for post in posts_of(line)]


def posts_of(line):
    data = line["data"]
    return data[::-1] if isinstance(data, list) else [data]


def first_arrivals(posts):
    seen = set()
    return [post for post in posts if not (post["id"] in seen or seen.add(post["id"]))]


def is_sound(post):
    return "text" in post and "author_id" in post and post["id"].isdecimal()


def is_own(post):
    return post.get("author_id") in OWN


def whole_text(post):
    return post.get("note_tweet", post)["text"]


def references(posts, kind):
    return [p for p in posts if any(r["type"] == kind for r in p.get("referenced_tweets", ()))]


def instant(post):
    return datetime.fromisoformat(post["created_at"])


def test_the_generator_writes_the_file_byte_for_byte():
    written = "".join(f"{line}\n" for line in streams.lines())

    assert FILE.read_bytes() == written.encode()


def test_the_readme_counts_what_is_in_the_file(lines, posts):
    told = dict(re.findall(r"^\| ([^|]+) \| (\d+) \|$", README.read_text(encoding="utf-8"), re.M))
    distinct = first_arrivals(posts)
    about = [post for post in distinct if is_sound(post) and not is_own(post)]

    assert {name: int(number) for name, number in told.items()} == {
        "lines": len(lines),
        "pages": sum(isinstance(line["data"], list) for line in lines),
        "lines of one post": sum(isinstance(line["data"], dict) for line in lines),
        "posts": len(posts),
        "exact duplicates in a later line": len(posts) - len(distinct),
        "posts by the brand's own accounts, one of them a duplicate": sum(map(is_own, posts)),
        "posts that must be rejected": sum(not is_sound(post) for post in posts),
        "reposts (`retweeted`)": len(references(posts, "retweeted")),
        "reposts of the old style (`RT @`)": sum(
            post.get("text", "").startswith("RT @") and "referenced_tweets" not in post
            for post in posts
        ),
        "replies": len(references(posts, "replied_to")),
        "quotes": len(references(posts, "quoted")),
        "edited posts (new id, same root)": sum(
            len(post["edit_history_tweet_ids"]) > 1 for post in posts
        ),
        "distinct posts about the brand": len(about),
        "distinct mentions, an edit counted with its first version": len(
            {post["edit_history_tweet_ids"][0] for post in about}
        ),
    }


def test_about_six_hundred_posts_fill_ninety_minutes_and_grow_to_a_storm(posts):
    minutes = Counter(
        (instant(post) - streams.START) // timedelta(minutes=1)
        for post in first_arrivals(posts)
        if instant(post).year == 2026
    )

    assert 580 <= len(posts) <= 620
    assert (min(minutes), max(minutes)) == (0, 89)
    assert max(minutes[minute] for minute in range(25)) <= 3
    assert 23 <= max(minutes.values()) <= 27


def test_time_ascends_and_ids_tell_it(posts):
    timely = [
        post
        for post in first_arrivals(posts)
        if post["id"].isdecimal() and instant(post).year == 2026
    ]

    assert timely == sorted(timely, key=lambda post: int(post["id"]))
    for post in timely:
        told = datetime.fromtimestamp(((int(post["id"]) >> 22) + EPOCH_MS) / 1000, UTC)
        assert timedelta(0) <= told - instant(post) < timedelta(seconds=1)


def test_a_page_is_described_and_brings_its_authors(lines):
    for line in lines:
        posts = posts_of(line)
        users = {user["id"]: user for user in line["includes"]["users"]}
        included = {post["id"] for post in line["includes"].get("tweets", ())}

        assert {post["author_id"] for post in posts if "author_id" in post} == set(users)
        assert all(user["public_metrics"]["followers_count"] >= 0 for user in users.values())
        assert all(
            reference["id"] in included
            for kind in ("retweeted", "quoted")
            for post in references(posts, kind)
            for reference in post["referenced_tweets"]
        )
        if isinstance(line["data"], list):
            ids = sorted(int(post["id"]) for post in posts if post["id"].isdecimal())
            assert line["meta"] == {
                "newest_id": str(ids[-1]),
                "oldest_id": str(ids[0]),
                "result_count": len(posts),
            }


def test_every_post_is_about_the_brand_or_by_it(posts):
    for post in posts:
        assert is_own(post) or "acme" in post.get("text", "acme").lower()


def test_mentions_stand_where_they_say(posts):
    for post in filter(is_sound, posts):
        for mention in post.get("entities", {}).get("mentions", ()):
            found = post["text"][mention["start"] : mention["end"]]
            assert found == f"@{mention['username']}"


def test_three_posts_cannot_be_accepted(posts):
    assert sum("text" not in post for post in posts) == 1
    assert sum("author_id" not in post for post in posts) == 1
    assert sum(not post["id"].isdecimal() for post in posts) == 1


def test_duplicates_are_exact_and_come_in_a_later_line(lines):
    seen = {}
    for number, line in enumerate(lines):
        for post in posts_of(line):
            if post["id"] in seen:
                earlier, before = seen[post["id"]]
                assert (earlier < number, before) == (True, post)
            seen[post["id"]] = (number, post)


def test_hostile_texts_are_there(posts):
    texts = [whole_text(post) for post in posts if "text" in post]

    assert any("<script>" in text for text in texts)
    assert any("\u202e" in text for text in texts)
    assert any("\u200b" in text for text in texts)
    assert any("\ud83d" in text for text in texts)
    assert any(len(text) == 9_000 for text in texts)
    assert sum(instant(post).year > 2026 for post in posts) == 1


def test_the_edit_keeps_its_root(posts):
    [edited] = [post for post in posts if len(post["edit_history_tweet_ids"]) > 1]
    root, own = edited["edit_history_tweet_ids"]

    assert own == edited["id"]
    assert root in {post["id"] for post in posts}


def test_one_person_is_in_danger_amid_the_storm(posts):
    grave = [post for post in posts if is_sound(post) and trips(whole_text(post), post["lang"])]
    first = grave[0]

    assert (instant(first) - streams.START) // timedelta(minutes=1) == 48
    assert {post["id"] for post in grave if not references([post], "retweeted")} == {first["id"]}
    assert all(
        reference["id"] == first["id"]
        for post in references(grave, "retweeted")
        for reference in post["referenced_tweets"]
    )


def test_the_quiet_morning_is_quiet_and_the_storm_is_not(posts):
    labels = [
        ((instant(post) - streams.START) // timedelta(minutes=1), classify(whole_text(post), ""))
        for post in posts
        if is_sound(post) and not is_own(post) and instant(post).year == 2026
    ]
    urgent = [minute for minute, label in labels if label.urgency.rank >= Urgency.HIGH.rank]

    # The heads may take a grumble for more, but seldom: nobody is to be woken by it.
    assert sum(minute < 25 for minute in urgent) <= 2
    assert sum(minute < 30 for minute in urgent) >= 3
    assert len(urgent) > 300
