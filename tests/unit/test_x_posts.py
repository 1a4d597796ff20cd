import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON
from vigie.domain.instants import from_iso
from vigie.domain.plan import Brand
from vigie.errors import Rejected
from vigie.messages import Mentions, decode_mentions, encode
from vigie.x_posts import Page, is_repost, parse_line, post_id, read_page, to_mention

FIXTURES = Path(__file__).parents[1] / "x_fixtures"
ACME = Brand(
    id="acme", name="Acme", handles=("acme", "acme_help"), x_ids=("1000000001", "1000000002")
)
POST = {
    "id": "2032100000000000001",
    "text": "@acme is the network down?",
    "author_id": "2000000001",
    "created_at": "2026-03-12T11:59:00.000Z",
    "lang": "en",
}


def page(name):
    return parse_line((FIXTURES / name).read_bytes())


def mention(raw, of=None):
    return to_mention(raw, of or Page(), ACME, NOON, "mentions:1000000001")


def a_post(**changes):
    return {k: v for k, v in (POST | changes).items() if v is not ...}


def test_a_page_becomes_mentions_with_their_authors_reach():
    of = page("mentions_page.json")

    first, second, third = (mention(raw, of) for raw in of.posts)

    assert (first.author.handle, first.author.followers) == ("user_11", 5200)
    assert (second.author.handle, second.author.followers) == ("user_12", None)
    assert (third.author.handle, third.author.followers) == ("", None)
    assert of.next_token == "7140dibdnow9c7btw"
    assert [m.lang for m in (first, second, third)] == ["en", "fr", "fr"]


def test_an_edited_post_keeps_the_root_of_its_history():
    of = page("mentions_page.json")

    edited = mention(of.posts[0], of)

    assert edited.post_id == "2032100000000004096"
    assert edited.root_id == "2032099999999000000"
    assert edited.key == "acme#x#2032099999999000000"


def test_the_long_text_of_a_post_is_preferred_to_its_preview():
    of = page("mentions_page.json")

    assert mention(of.posts[0], of).text.endswith("My neighbour cannot reach anybody.")


def test_the_new_spelling_of_the_fields_is_read_too():
    of = page("post_spelling.json")

    read = mention(of.posts[0], of)

    assert read.root_id == "2032100000000004500"
    assert read.text == "Encore une fois, plus de réseau depuis deux heures."
    assert read.reply_eligible
    assert of.tags == ("@acme",)


def test_a_quote_of_the_brand_may_be_answered_and_is_told_by_its_link():
    of = page("mentions_page.json")

    assert mention(of.posts[1], of).reply_eligible


def test_a_post_found_by_its_words_alone_may_not_be_answered():
    assert not mention(a_post(text="acme is down again")).reply_eligible
    assert mention(a_post(text="hey @ACME_help, again?")).reply_eligible
    assert not mention(a_post(text="mail me at someone@acme or @acmeville")).reply_eligible


def test_reposts_are_known_in_both_forms_and_cannot_be_answered():
    of = page("mentions_page.json")

    assert mention(of.posts[2], of).repost
    assert not mention(of.posts[2], of).reply_eligible
    assert is_repost({"text": "RT @user_1: help @acme"})
    assert not is_repost({"text": "please RT @acme: help"})


@pytest.mark.parametrize("field", ["id", "text", "author_id"])
@pytest.mark.parametrize("value", [..., None, "", 17, ["x"], {"x": 1}, True])
def test_a_post_without_id_text_or_author_is_rejected_by_name(field, value):
    with pytest.raises(Rejected) as caught:
        mention(a_post(**{field: value}))

    assert caught.value.field == field
    assert caught.value.reason.startswith(field)


@pytest.mark.parametrize(
    "value", ["12a", "-1", "1.5", "٣", " 1", "1\n", "0x10", str(2**63), "9" * 5000]
)
def test_an_id_that_is_not_decimal_or_too_large_is_rejected(value):
    with pytest.raises(Rejected) as caught:
        mention(a_post(id=value))

    assert caught.value.field == "id"


def test_the_largest_id_is_accepted_and_leading_zeros_make_no_second_post():
    assert mention(a_post(id=str(2**63 - 1))).post_id == "9223372036854775807"
    assert mention(a_post(id="0017")).post_id == mention(a_post(id="17")).post_id


@pytest.mark.parametrize("raw", [None, "text", 7, [], True])
def test_what_is_no_object_is_no_post(raw):
    with pytest.raises(Rejected) as caught:
        mention(raw)

    assert caught.value.field == "post"


@pytest.mark.parametrize(
    "created_at",
    [
        ...,
        None,
        "",
        "yesterday",
        "1970-01-01T00:00:00.000Z",
        "2006-03-20T23:59:59.000Z",
        "2026-03-12T12:01:01.000Z",
        "2031-01-01T00:00:00Z",
        "2026-03-12T11:59:00",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+14:00",
        1773316800,
    ],
)
def test_a_time_that_cannot_be_true_is_clamped_to_receipt_and_flagged(created_at):
    read = mention(a_post(created_at=created_at))

    assert read.posted_at == NOON
    assert read.flags == ("posted_at_clamped",)


def test_a_clock_a_minute_ahead_is_believed():
    read = mention(a_post(created_at="2026-03-12T12:00:59.000Z"))

    assert read.posted_at == NOON + timedelta(seconds=59)
    assert read.flags == ()


def test_lone_surrogates_are_replaced_and_everything_else_is_kept():
    hostile = "<script>alert(1)</script> \u202eabc\u200b 👩‍👩‍👧 \x00\ud83d!\ude00"

    read = mention(json.loads(json.dumps(a_post(text=hostile))))

    assert read.text == "<script>alert(1)</script> \u202eabc\u200b 👩‍👩‍👧 \x00\ufffd!\ufffd"


def test_a_text_beyond_what_x_allows_is_cut_and_flagged():
    assert mention(a_post(text="é" * 10_000)).flags == ()

    read = mention(a_post(text="é" * 25_001))

    assert len(read.text) == 25_000
    assert read.flags == ("truncated",)


@pytest.mark.parametrize("lang", [..., None, 7, "<b>", "xx-" + "y" * 40, ""])
def test_a_language_that_is_none_is_undetermined(lang):
    assert mention(a_post(lang=lang)).lang == "und"


@pytest.mark.parametrize("followers", [..., None, "12", True, {}, 1.5])
def test_a_reach_that_is_no_count_is_unknown(followers):
    user = {"id": "2000000001", "public_metrics": {"followers_count": followers}}

    read = mention(POST, Page(users={"2000000001": user}))

    assert read.author.followers is None


def test_an_edit_history_that_cannot_be_true_leaves_the_posts_own_id():
    for history in (None, [], [None], ["x"], [str(2**63)], "17", [POST["id"] + "0"]):
        assert mention(a_post(edit_history_tweet_ids=history)).root_id == POST["id"]


@pytest.mark.parametrize("line", ["", "  \n", b"", b"\r\n"])
def test_a_blank_line_is_a_keep_alive(line):
    assert parse_line(line) is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{", "line"),
        ("[" * 100_000, "line"),
        ('{"data": ' + "9" * 5000 + "}", "line"),
        ("[]", "answer"),
        ("17", "answer"),
        ("{}", "data"),
        ('{"data": "x"}', "data"),
        ('{"data": null}', "data"),
    ],
)
def test_a_line_that_is_no_response_is_rejected(line, field):
    with pytest.raises(Rejected) as caught:
        parse_line(line)

    assert caught.value.field == field


def test_a_response_without_results_is_an_empty_page():
    assert read_page({"meta": {"result_count": 0}}) == Page()
    assert read_page({"errors": [{"title": "Not Found Error"}]}) == Page()


def test_bytes_that_are_no_utf8_are_replaced_not_refused():
    line = b'{"data": {"id": "1", "text": "caf\xe9", "author_id": "2"}}'

    of = parse_line(line)

    assert mention(of.posts[0], of).text == "caf\ufffd"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
names = st.sampled_from(
    [
        "id",
        "text",
        "author_id",
        "created_at",
        "lang",
        "entities",
        "note_tweet",
        "referenced_tweets",
        "edit_history_tweet_ids",
        "in_reply_to_user_id",
    ]
)


def read_or_rejected(raw, of):
    try:
        return mention(raw, of)
    except Rejected as rejected:
        return rejected


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(names, json_values), includes=json_values, rules=json_values)
def test_whatever_stands_in_the_fields_a_post_is_read_or_rejected(changes, includes, rules):
    of = read_page({"data": [POST | changes], "includes": includes, "matching_rules": rules})

    read = read_or_rejected(of.posts[0], of)

    if isinstance(read, Rejected):
        assert read.field in ("id", "text", "author_id")
        return
    sent = decode_mentions(encode(Mentions(brand="acme", mentions=(read,))))
    exact = replace(read, posted_at=sent.mentions[0].posted_at)  # milliseconds on the wire
    assert sent.mentions == (exact,)
    read.text.encode()
    assert post_id(of.posts[0]) == int(read.post_id)


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"possibly_sensitive": True}, ("sensitive",)),
        ({"possibly_sensitive": False}, ()),
        ({"possibly_sensitive": "yes"}, ()),
        ({"withheld": {"country_codes": ["FR", "DE", "FR"]}}, ("withheld:DE,FR",)),
        ({"withheld": {"copyright": True, "country_codes": ["FR"]}}, ("withheld:copyright",)),
        ({"withheld": {"copyright": False, "country_codes": []}}, ()),
        ({"withheld": {"country_codes": [7, "<script>", "fr", None]}}, ()),
        ({"withheld": "FR"}, ()),
        (
            {"possibly_sensitive": True, "withheld": {"country_codes": ["XY"]}},
            ("sensitive", "withheld:XY"),
        ),
    ],
)
def test_what_x_asks_of_whoever_shows_a_post_is_kept(changes, flags):
    assert mention(a_post(**changes)).flags == flags


@pytest.mark.parametrize(
    ("made", "since"),
    [
        ("2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00.000Z"),
        ("2036-03-01T08:00:00.000Z", None),
        ("1999-03-01T08:00:00.000Z", None),
        ("soon", None),
        (7, None),
        (None, None),
    ],
)
def test_when_an_account_was_made_is_read_where_it_can_be_true(made, since):
    user = {"id": "2000000001", "created_at": made}

    read = mention(POST, Page(users={"2000000001": user}))

    assert read.author.since == (from_iso(since) if since else None)
