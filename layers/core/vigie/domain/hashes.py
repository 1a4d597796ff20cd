"""Short names for long ones: what tells authors, mentions and incidents of a brand apart."""

import hashlib


def short_hash(text: str) -> str:
    """Ten hexadecimal characters."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:10]
