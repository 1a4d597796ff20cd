"""What X charges for what Vigie reads: list prices in dollars, pay per use.

https://docs.x.com/x-api/getting-started/pricing, read on the date below. X bills each resource once
a UTC day ("soft"), and nothing for an answer without posts. Whether the authors that come along are
billed is not stated; X's own playground counts them, and so does this table: an estimate may be too
high, never too low. Compare with the developer console, and change the figures here.
"""

from datetime import date

PRICES_OF = date(2026, 8, 22)

POST = 0.005
"""A post read: mentions timeline, search, lookup."""
OWNED_POST = 0.001
"""The same from the timeline of the account that owns the app; Vigie does not count on it."""
USER = 0.010
"""An author that comes along with posts."""
EVENT = 0.005
"""A post that X pushes; its author comes along for free."""
COUNT = 0.005
"""A request for the number of posts, whatever it answers."""


def reading(posts: int, users: int = 0) -> float:
    """Dollars for so many posts and authors that were not read on the same UTC day before."""
    return round(posts * POST + users * USER, 6)


def pushed(events: int) -> float:
    """Dollars for so many events by webhook."""
    return round(events * EVENT, 6)
