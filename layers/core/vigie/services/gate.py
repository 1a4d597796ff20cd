"""Who may come in by the webhook: challenges are answered, deliveries checked before they are read.

Nothing here parses what a stranger sent: sizes and digests only.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from vigie.domain.signature import is_signed, is_token, secrets_in, signature
from vigie.errors import Unavailable

# Two posts of 25,000 characters, each twice and wholly escaped, are 1.2 MB.
LARGEST_BODY = 2_000_000
SIGNATURE_HEADER = "x-twitter-webhooks-signature"
# A secret that has just been rotated is looked up at once, but strangers cannot make us ask SSM
# more often than so.
KEPT_FOR = timedelta(minutes=5)
ASKED_AGAIN_AFTER = timedelta(seconds=30)


class Refused(Exception):
    """The request goes no further: `status` is the answer, `why` our own word for the log."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Gate:
    """`secret(now, kept_for)` gives the parameter's value, not older than `kept_for`."""

    def __init__(self, secret: Callable[[datetime, timedelta], str]) -> None:
        self._secret = secret
        self._last: tuple[str, ...] = ()

    def answered(self, query: str, now: datetime) -> str:
        """The `response_token` for a challenge's query string.

        Raises `Refused`, and `Unavailable` when there is no secret to be had.
        """
        tokens = [
            unquote(value)  # not unquote_plus: a plus is a plus in base64
            for name, _, value in (pair.partition("=") for pair in query.split("&"))
            if name == "crc_token"
        ]
        if len(tokens) != 1 or not is_token(tokens[0]):
            raise Refused(400, "no token")
        return signature(tokens[0].encode("ascii"), self._secrets(now, KEPT_FOR)[0])

    def opened(self, event: Mapping[str, Any], now: datetime) -> bytes:
        """The body of a delivery that X has signed.

        Raises `Refused`, and `Unavailable` when there is no secret to be had.
        """
        body = _body(event)
        headers = event.get("headers") or {}
        claimed = str(headers.get(SIGNATURE_HEADER, ""))
        if not claimed:
            raise Refused(401, "no signature")
        if is_token(body.decode("latin-1")):
            raise Refused(401, "a challenge's signature")  # anybody may have one
        if not is_signed(body, claimed, self._secrets(now, KEPT_FOR)):
            renewed = self._secrets(now, ASKED_AGAIN_AFTER)
            if not is_signed(body, claimed, renewed):
                raise Refused(401, "wrong signature")
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise Refused(415, "compressed")  # X never does, and nothing here unpacks
        return body

    def _secrets(self, now: datetime, kept_for: timedelta) -> tuple[str, ...]:
        try:
            self._last = secrets_in(self._secret(now, kept_for)) or self._last
        except Unavailable:
            if not self._last:
                raise
            # SSM is away: an old secret serves X better than none.
        if not self._last:
            raise Unavailable("the consumer secret's parameter is empty")
        return self._last


def _body(event: Mapping[str, Any]) -> bytes:
    """The very bytes that came in. API Gateway hands what is not text over in base64."""
    text = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if len(text) > (LARGEST_BODY * 4 // 3 + 4 if encoded else LARGEST_BODY):
        raise Refused(413, "too large")
    try:
        body = base64.b64decode(text, validate=True) if encoded else text.encode("utf-8")
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise Refused(401, "no body that could be signed") from None
    if len(body) > LARGEST_BODY:
        raise Refused(413, "too large")
    return body
