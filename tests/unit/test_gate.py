import base64
import gzip
from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.builders import NOON
from vigie.domain.signature import signature
from vigie.errors import Unavailable
from vigie.services.gate import ASKED_AGAIN_AFTER, LARGEST_BODY, Gate, Refused

TOKEN = "MWU4YzQ2YjgtNzZkYy00"
BODY = '{"data":{"text":"é"}}'


class Parameter:
    """An SSM parameter, and how often it was read; None for out of reach."""

    def __init__(self, value="current\nprevious"):
        self.value = value
        self.reads = 0
        self.kept = None
        self.read_at = None

    def read(self, now, kept_for):
        if self.read_at is None or now - self.read_at >= kept_for:
            if self.value is None:
                raise Unavailable("SSM does not answer")
            self.reads += 1
            self.read_at, self.kept = now, self.value
        return self.kept


def a_gate(value="current\nprevious"):
    parameter = Parameter(value)
    return Gate(parameter.read), parameter


def a_delivery(body=BODY, secret="current", *, encoded=False, **headers):
    raw = body if isinstance(body, bytes) else body.encode()
    return {
        "headers": {"x-twitter-webhooks-signature": signature(raw, secret)} | headers,
        "body": base64.b64encode(raw).decode() if encoded else raw.decode(),
        "isBase64Encoded": encoded,
    }


def status_of(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.status


def test_a_challenge_is_answered_with_the_current_secret():
    gate, _ = a_gate()

    assert gate.answered(f"crc_token={TOKEN}", NOON) == signature(TOKEN.encode(), "current")
    assert gate.answered(f"nonce=1&crc_token={TOKEN}", NOON) == signature(TOKEN.encode(), "current")


@pytest.mark.parametrize("spelt", ["a+b/c=d_e-f012345", quote("a+b/c=d_e-f012345", safe="")])
def test_a_plus_in_a_token_is_a_plus(spelt):
    gate, _ = a_gate()

    assert gate.answered(f"crc_token={spelt}", NOON) == signature(b"a+b/c=d_e-f012345", "current")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "crc_token=",
        "crc_token=short",
        f"crc_token={TOKEN}&crc_token={TOKEN}",
        "crc_token=" + quote(BODY),
        "crc_token=" + "a" * 129,
        "CRC_TOKEN=" + TOKEN,
        f"crc_token={TOKEN}%0a",
        f"crc_token={TOKEN}%00",
    ],
)
def test_nothing_else_gets_a_signature(query):
    gate, parameter = a_gate()

    assert status_of(lambda: gate.answered(query, NOON)) == 400
    assert parameter.reads == 0


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("secret", ["current", "previous"])
def test_the_very_bytes_that_x_signed_come_through(encoded, secret):
    gate, _ = a_gate()

    assert gate.opened(a_delivery(secret=secret, encoded=encoded), NOON) == BODY.encode()


def test_what_a_challenge_signs_is_no_delivery():
    gate, _ = a_gate()
    answer = gate.answered(f"crc_token={TOKEN}", NOON)
    event = {"headers": {"x-twitter-webhooks-signature": answer}, "body": TOKEN}

    assert status_of(lambda: gate.opened(event, NOON)) == 401


def test_bytes_that_are_no_text_are_checked_as_bytes():
    gate, _ = a_gate()

    assert gate.opened(a_delivery(b"\xff\x00{", encoded=True), NOON) == b"\xff\x00{"


def test_without_x_s_signature_nobody_comes_in():
    gate, _ = a_gate()
    other = a_delivery()["headers"]

    assert status_of(lambda: gate.opened(a_delivery(secret="guess"), NOON)) == 401
    assert status_of(lambda: gate.opened({"headers": {}, "body": BODY}, NOON)) == 401
    assert status_of(lambda: gate.opened({"body": BODY}, NOON)) == 401
    assert status_of(lambda: gate.opened({"headers": other, "body": BODY + " "}, NOON)) == 401
    assert status_of(lambda: gate.opened({"headers": other}, NOON)) == 401


@pytest.mark.parametrize("body", ["%%%", "YQ", "a" * 5, "é"])
def test_what_is_no_base64_is_not_decoded_somehow(body):
    gate, _ = a_gate()
    event = a_delivery() | {"body": body, "isBase64Encoded": True}

    assert status_of(lambda: gate.opened(event, NOON)) == 401


def test_a_body_that_cannot_be_bytes_is_refused():
    gate, _ = a_gate()

    assert status_of(lambda: gate.opened(a_delivery() | {"body": "\ud800"}, NOON)) == 401


@pytest.mark.parametrize("encoded", [False, True])
def test_an_oversized_body_is_refused_before_anything_is_computed(encoded):
    gate, parameter = a_gate()
    event = a_delivery(b"x" * (LARGEST_BODY + 1), encoded=encoded)

    assert status_of(lambda: gate.opened(event, NOON)) == 413
    assert parameter.reads == 0


def test_the_largest_body_is_taken():
    gate, _ = a_gate()

    assert len(gate.opened(a_delivery(b"x" * LARGEST_BODY, encoded=True), NOON)) == LARGEST_BODY


def test_a_compressed_body_is_not_unpacked_whoever_signed_it():
    gate, _ = a_gate()
    bomb = gzip.compress(b" " * 50_000_000)
    forged = a_delivery(bomb, "guess", encoded=True, **{"content-encoding": "gzip"})
    signed = a_delivery(bomb, encoded=True, **{"content-encoding": "gzip"})

    assert status_of(lambda: gate.opened(forged, NOON)) == 401
    assert status_of(lambda: gate.opened(signed, NOON)) == 415


def test_a_secret_that_was_just_rotated_is_looked_up_at_once():
    gate, parameter = a_gate("old")
    gate.opened(a_delivery(secret="old"), NOON)
    parameter.value = "new\nold"

    later = NOON + ASKED_AGAIN_AFTER
    assert gate.opened(a_delivery(secret="new"), later) == BODY.encode()
    assert gate.opened(a_delivery(secret="old"), later) == BODY.encode()


def test_strangers_cannot_make_us_ask_for_the_secret_again_and_again():
    gate, parameter = a_gate()

    for second in range(60):
        now = NOON + timedelta(seconds=second)
        status_of(lambda now=now: gate.opened(a_delivery(secret="guess"), now))

    assert parameter.reads == 2


def test_a_secret_out_of_reach_is_no_reason_to_refuse_x_for_good():
    gate, parameter = a_gate()
    parameter.value = None
    with pytest.raises(Unavailable):
        gate.opened(a_delivery(), NOON)
    parameter.value = "current"
    gate.opened(a_delivery(), NOON)
    parameter.value = None

    assert gate.opened(a_delivery(), NOON + timedelta(hours=1)) == BODY.encode()


def test_an_empty_parameter_lets_nobody_in():
    gate, _ = a_gate("\n")

    with pytest.raises(Unavailable):
        gate.opened(a_delivery(secret=""), NOON)
    with pytest.raises(Unavailable):
        gate.answered(f"crc_token={TOKEN}", NOON)
