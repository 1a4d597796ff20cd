import json
import secrets

import pytest

from vigie.domain.signature import is_signed, is_token, secrets_in, signature

SECRET = "test-consumer-secret"


def test_a_challenge_is_answered_as_x_s_documentation_computes_it():
    assert signature(b"MWU4YzQ2YjgtNzZkYy00", SECRET) == (
        "sha256=0awAqZvpiSJ7BX2arIAyuaxyXgFIfrlh+rNqUBYzDwo="
    )


@pytest.mark.parametrize("token", ["MWU4YzQ2YjgtNzZkYy00", "a" * 16, "A+/=_-" * 20, "0" * 128])
def test_what_x_sends_is_a_token(token):
    assert is_token(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a" * 15,
        "a" * 129,
        '{"data":{"event_type":"post.mention.create"}}',
        "a" * 16 + "\n",
        "a" * 16 + " ",
        "é" * 20,
        "[" + "1" * 20 + "]",
        '"' + "a" * 20 + '"',
        "a" * 16 + "\x00",
    ],
)
def test_what_could_be_a_body_is_no_token(token):
    assert not is_token(token)


def test_no_token_is_json_that_could_be_read_as_a_delivery():
    for token in ("1" * 16, "true" * 4, "1e10" * 4, "-" + "1" * 20):
        try:
            read = json.loads(token)
        except ValueError:
            continue
        assert not isinstance(read, dict | list)


def test_a_signature_is_good_for_its_body_and_secret_only():
    body = b'{"data":{}}'
    good = signature(body, SECRET)

    assert is_signed(body, good, (SECRET,))
    assert is_signed(body, good, ("newer", SECRET))
    assert not is_signed(body + b" ", good, (SECRET,))
    assert not is_signed(body, good, ("another",))
    assert not is_signed(body, good, ())
    for claimed in ("", "sha256=", good[:-1], good + "=", good.upper(), "é" * 40, good[7:]):
        assert not is_signed(body, claimed, (SECRET,))


def test_ten_thousand_forged_signatures_none_fits():
    body = b'{"data":{"event_type":"post.mention.create"}}'

    fits = sum(
        is_signed(body, signature(body, secrets.token_hex(16)), (SECRET, "older"))
        for _ in range(10_000)
    )

    assert fits == 0


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("one", ("one",)),
        ("new\nold", ("new", "old")),
        (" new \r\n\n old \n", ("new", "old")),
        ("a\nb\nc", ("a", "b")),
        ("", ()),
        ("\n \n", ()),
    ],
)
def test_a_parameter_holds_one_secret_or_two(value, held):
    assert secrets_in(value) == held
