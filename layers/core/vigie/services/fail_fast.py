"""A pager that gives way once SNS has failed."""

from vigie.domain.page import Message
from vigie.errors import Unavailable
from vigie.ports import Pager


class FailFast:
    """A `Pager` for one batch: after the first failure the others are not even tried.

    With SNS silent each try costs its whole time-out; ten of them would cost the invocation's,
    and messages that time out count on redrive.
    """

    def __init__(self, pager: Pager) -> None:
        self._pager = pager
        self._failed = False

    def publish(self, message: Message) -> str:
        """See `Pager.publish`."""
        if self._failed:
            raise Unavailable("SNS has just failed")
        try:
            return self._pager.publish(message)
        except Unavailable:
            self._failed = True
            raise
