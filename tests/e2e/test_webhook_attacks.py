"""Whatever strangers send to the webhook: figures of what was tried and of what got in."""

import base64
import gzip
import json
import random
import zlib
from urllib.parse import quote

import pytest

from local.fake_x_webhook import SIGNATURE_HEADER, signed
from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import CHAT, DANGER, a_post
from tests.e2e.webhook import PARAMETER, SECRET, a_mention_event, connected, deliver
from vigie.domain.signature import signature
from vigie.services.gate import LARGEST_BODY

TEMPTING = json.dumps(a_mention_event(a_post(NOON, DANGER))).encode()


@pytest.fixture
def cloud(stack):
    with stack(secrets={PARAMETER: SECRET}) as started:
        yield started


def got_in(cloud):
    """How many mentions, messages, dead letters and pages there are."""
    queues = ("MentionsQueue", "UrgentQueue", "ClassifiedQueue")
    return (
        len(Snapshot(cloud).mentions)
        + sum(cloud.depth(queue) for queue in queues)
        + len(cloud.dead_letters())
        + len(cloud.inbox.deliveries)
    )


def tell(what, tried, got):
    print(f"webhook attack: {what}: tried {tried}, got in {got}")


def forgeries(rng):
    """Headers of those who do not know the secret."""
    good = signature(TEMPTING, SECRET)
    yield {}
    yield {SIGNATURE_HEADER: ""}
    yield {SIGNATURE_HEADER: "sha256="}
    yield {SIGNATURE_HEADER: good[:-1]}
    yield {SIGNATURE_HEADER: good + "="}
    yield {SIGNATURE_HEADER: good.removeprefix("sha256=")}
    yield {SIGNATURE_HEADER: good.swapcase()}
    yield {SIGNATURE_HEADER: f" {good} "}
    yield {SIGNATURE_HEADER: good + "," + good}
    yield {SIGNATURE_HEADER: "sha1=" + good[7:]}
    yield {SIGNATURE_HEADER: signature(b"", SECRET)}
    yield {SIGNATURE_HEADER: signature(TEMPTING + b"\n", SECRET)}
    yield {SIGNATURE_HEADER: "é" * 50}
    yield {SIGNATURE_HEADER: "sha256=" + "A" * 100_000}
    yield {"x-hub-signature-256": good}
    for guess in ("", "local", "secret", PARAMETER, SECRET[:-1], SECRET + "\n", SECRET.upper()):
        yield {SIGNATURE_HEADER: signature(TEMPTING, guess)}
    while True:
        yield {SIGNATURE_HEADER: "sha256=" + base64.b64encode(rng.randbytes(32)).decode()}


def test_forged_signatures(cloud):
    tried, statuses = 0, set()
    for headers in forgeries(random.Random(7)):
        response = cloud.http("POST", "/x/webhook", headers, TEMPTING)
        statuses.add(response.status)
        tried += 1
        if tried == 2_000:
            break
    cloud.advance(seconds=10)

    tell("forged signatures", tried, got_in(cloud))
    assert statuses == {401}
    assert got_in(cloud) == 0


def oracle_tokens():
    """What one would ask a challenge for in order to get a body signed."""
    compact = json.dumps(json.loads(TEMPTING), separators=(",", ":"))
    for text in (
        TEMPTING.decode(),
        compact,
        '{"data":{}}',
        '{"user_event":{"revoke":{"source":{"user_id":"1"}}}}',
        "[]",
        "[1]",
        "{}",
        '""',
        "null",
        '"' + "a" * 20 + '"',
        "[" + "1," * 20 + "1]",
    ):
        for padding in ("", " ", "\n", "\t", "\x00", "=", "A" * 16, "\ufeff"):
            yield quote(padding + text)
            yield quote(text + padding)
        yield quote(quote(text))
        yield quote(text, safe="{}[]:,\"'")
        yield f"MWU4YzQ2YjgtNzZkYy00&crc_token={quote(text)}"


def test_challenges_that_ask_for_a_body_s_signature(cloud):
    asked = delivered = 0
    for token in oracle_tokens():
        response = cloud.http("GET", f"/x/webhook?crc_token={token}")
        asked += 1
        if response.status == 200:
            got = response.json()["response_token"]
            body = token.encode()
            reply = cloud.http("POST", "/x/webhook", {SIGNATURE_HEADER: got}, body)
            delivered += reply.status == 200
    cloud.advance(seconds=10)

    tell("challenges asking for a body's signature", asked, delivered + got_in(cloud))
    assert asked > 150
    assert (delivered, got_in(cloud)) == (0, 0)


def test_answers_to_proper_challenges_sign_nothing_that_is_read(cloud):
    """Tokens of the right form are signed; as bodies they are refused all the same."""
    rng = random.Random(11)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-"
    tokens = ["".join(rng.choices(letters, k=rng.randint(16, 128))) for _ in range(300)]
    tokens += ["1" * 16, "-" + "1" * 20, "0" * 128]
    for token in tokens:
        answer = cloud.http("GET", f"/x/webhook?crc_token={quote(token)}").json()
        headers = {SIGNATURE_HEADER: answer["response_token"]}
        assert cloud.http("POST", "/x/webhook", headers, token.encode()).status == 401
    cloud.advance(seconds=10)

    tell("tokens signed by challenges, sent as bodies", len(tokens), got_in(cloud))
    assert got_in(cloud) == 0


def test_oversized_bodies(cloud):
    statuses = []
    for size in (LARGEST_BODY + 1, 3_000_000, 6_000_000):
        body = b'{"data":' + b" " * (size - 8)
        statuses.append(deliver(cloud, body).status)
        statuses.append(deliver(cloud, body, secret="guess").status)
        encoded = {**signed(body, SECRET), "content-type": "application/octet-stream"}
        statuses.append(cloud.http("POST", "/x/webhook", encoded, body).status)

    tell("oversized bodies", len(statuses), got_in(cloud))
    assert statuses == [413] * 9
    assert got_in(cloud) == 0


def test_compressed_bodies(cloud):
    statuses = []
    plain = TEMPTING + b" " * 1_000_000
    for name, packed in (
        ("gzip", gzip.compress(plain)),
        ("deflate", zlib.compress(plain)),
        ("br", b"\x8b\x02\x80"),
        ("gzip, gzip", gzip.compress(gzip.compress(plain))),
        ("GZIP", gzip.compress(plain)),
    ):
        for secret in (SECRET, "guess"):
            headers = signed(packed, secret) | {
                "content-type": "application/octet-stream",
                "content-encoding": name,
            }
            statuses.append(cloud.http("POST", "/x/webhook", headers, packed).status)
    cloud.advance(seconds=10)

    tell("compressed bodies", len(statuses), got_in(cloud))
    assert statuses == [415, 401] * 5
    assert got_in(cloud) == 0


@pytest.mark.parametrize("processes", [1, 20])
def test_replayed_deliveries(cloud, processes):
    """Somebody recorded a delivery: its signature is good for ever."""
    x = connected(cloud)
    x.happens(a_mention_event(a_post(NOON, DANGER)))
    cloud.advance(seconds=10)
    ((_, _, body),) = x.sent
    before, pages = len(Snapshot(cloud).mentions), len(cloud.inbox.deliveries)

    tried = 400
    for number in range(tried):
        if processes > 1 and number % (tried // processes) == 0:
            cloud.function("ingest_webhook").forget()
        assert deliver(cloud, body).status == 200
    cloud.advance(seconds=30)

    got = len(Snapshot(cloud).mentions) - before + len(cloud.inbox.deliveries) - pages
    (incident,) = Snapshot(cloud).incidents()
    tell(f"replayed deliveries, {processes} process(es)", tried, got)
    assert got == 0
    assert incident.mention_count == 1
    cloud.assert_clean()


@pytest.mark.soak
def test_ten_thousand_events_in_a_second_forged_ones_among_them(cloud):
    """The clock stands still: all of it happens within one second."""
    rng = random.Random(3)
    true = forged = 0
    statuses = {}
    ids = []
    for _ in range(10_000):
        post = a_post(NOON, CHAT)
        good = rng.random() < 0.5
        true, forged = true + good, forged + (not good)
        status = deliver(cloud, a_mention_event(post), SECRET if good else "guess").status
        statuses[good, status] = statuses.get((good, status), 0) + 1
        if good:
            ids.append(post["id"])
    cloud.drain()
    cloud.advance(minutes=2)

    found = [it.mention.post_id for it in Snapshot(cloud).mentions]
    strangers = len(set(found) - set(ids))
    tell("10,000 events in a second, forged ones", forged, strangers)
    print(f"webhook storm: true {true}, stored once {len(found)}, statuses {statuses}")
    assert statuses == {(True, 200): true, (False, 401): forged}
    assert sorted(found) == sorted(ids)
    cloud.assert_clean()
