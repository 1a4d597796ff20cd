"""How X proves that a webhook request is X's, and how we prove to X that the webhook is ours.

Both proofs are the same function of the same secret (HMAC-SHA256 of the consumer secret, base64):
whoever may choose what we answer a challenge for may sign any body. So a challenge is answered for
what looks like X's tokens and like nothing that is JSON, and no body that looks so is taken.
https://docs.x.com/x-api/webhooks/introduction
"""

import base64
import hmac
import re

# X's tokens are base64 of a UUID or so. No brace, quote, colon or space: no event is spelled so.
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{16,128}")
# The current secret and, while it is being rotated, the one before.
MOST_SECRETS = 2


def is_token(text: str) -> bool:
    """Whether a challenge for `text` may be answered."""
    return _TOKEN.fullmatch(text) is not None


def signature(data: bytes, secret: str) -> str:
    """`sha256=` and the base64 of the HMAC, as X writes it into header and answer."""
    digest = hmac.digest(secret.encode("utf-8"), data, "sha256")
    return f"sha256={base64.b64encode(digest).decode('ascii')}"


def is_signed(body: bytes, claimed: str, secrets: tuple[str, ...]) -> bool:
    """Whether `claimed` is the signature of these very bytes with one of the secrets.

    Takes the same time wherever the texts differ, and whichever secret fits.
    """
    given = claimed.encode("utf-8", "replace")
    fits = [hmac.compare_digest(signature(body, it).encode(), given) for it in secrets]
    return any(fits)


def secrets_in(value: str) -> tuple[str, ...]:
    """The secrets of a parameter's value: one a line, the current one first."""
    lines = [line.strip() for line in value.splitlines()]
    return tuple(line for line in lines if line)[:MOST_SECRETS]
