"""A clock that is due, as a message to Escalations: it names the timer and carries no decision."""

from datetime import timedelta

from vigie.domain.incident import Timer
from vigie.messages import StepDue, encode
from vigie.ports import DueTimer, Outgoing


def step(timer: Timer | DueTimer, delay: timedelta = timedelta(0)) -> Outgoing:
    """To be fired after `delay`, at once if that is past.

    Sent or lost: the watch finds every timer by its due time.
    """
    return Outgoing(
        body=encode(StepDue(incident_id=timer.incident_id, timer=timer.name)),
        group=timer.brand,
        delay=max(timedelta(0), delay),
    )
