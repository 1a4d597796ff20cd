"""What can go wrong, as the caller must react to it.

    VigieError
    ├── Rejected       retrying cannot help: park the message with this reason
    │   ├── NotFound         what is named does not exist
    │   └── Unauthorised     nobody is known by this token
    ├── Conflict       somebody wrote first: re-read and decide again
    └── Unavailable    retrying may help: leave the message in the queue
        ├── RateLimited      until a stated instant
        ├── BudgetExhausted  until money or quota is there again
        └── UnknownVersion   written by newer code: keep it until that code runs here

Adapters translate SDK errors into these at their edge; handlers translate these into their
trigger's language. Messages hold field names, ids and our own words: never post text, handles
or tokens.
"""

from collections.abc import Sequence
from datetime import datetime


class VigieError(Exception):
    """The root, never raised itself."""


class Rejected(VigieError):
    """The input is wrong and stays wrong.

    `field` names what is wrong; the message says what was found, what was expected and the mend.
    """

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class NotFound(Rejected):
    """There is nothing by that id, or no longer."""


class Unauthorised(Rejected):
    """No token, an unknown one, or a revoked one."""


class Conflict(VigieError):
    """A conditional write was refused.

    `failed` holds the names of the conditions that did not hold, where the store tells them.
    """

    def __init__(self, message: str, failed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.failed = tuple(failed)


class Unavailable(VigieError):
    """A dependency did not answer, throttled, or answered that it cannot serve now."""


class RateLimited(Unavailable):
    """The peer asks to wait until `until` (aware UTC)."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class BudgetExhausted(Unavailable):
    """Credits or the monthly cap are used up: retrying within minutes cannot help."""


class UnknownVersion(Unavailable):
    """A message or a stored state has a version that this code does not read."""
