"""Simulated people: they get pages on their phones, and press the button after a while."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from local.inbox import Delivery
from local.runner import LocalCloud
from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.services.staff import issue

_LINK = re.compile(r"/a/[A-Za-z0-9_-]{12}")
_OF_A_DIGEST = re.compile(r'href="(\?incident=([^"]+))"')

# How long somebody takes to acknowledge this page of an incident, None for never.
Patience = Callable[[Delivery], timedelta | None]


class People:
    """Acknowledges each incident once, through the link in its first page, `patience` later."""

    def __init__(self, cloud: LocalCloud, patience: Patience) -> None:
        self._cloud = cloud
        self._patience = patience
        self._read = 0
        self._planned: dict[str, tuple[datetime, str]] = {}
        self._done: set[str] = set()

    def look(self) -> None:
        """Read the pages that came in since the last look."""
        deliveries = self._cloud.inbox.deliveries
        for delivery in deliveries[self._read :]:
            wait = self._patience(delivery)
            if wait is None:
                continue
            for incident, link in self._links(delivery):
                if incident not in self._planned and incident not in self._done:
                    self._planned[incident] = (delivery.at + wait, link)
        self._read = len(deliveries)

    def _links(self, delivery: Delivery) -> Iterator[tuple[str, str]]:
        """Each incident of the page with what its button is behind."""
        if delivery.type == "digest":
            # The last link of a digest shows all of its incidents.
            for link in _LINK.findall(delivery.text)[-1:]:
                shown = self._cloud.http("GET", link).text
                yield from ((id_, f"{link}{query}") for query, id_ in _OF_A_DIGEST.findall(shown))
            return
        found = _LINK.search(delivery.text)
        if found:
            yield str(delivery.attributes.get("incident", "")), found.group()

    def next_at(self) -> datetime | None:
        """When somebody acts next."""
        return min((at for at, _ in self._planned.values()), default=None)

    def act(self) -> None:
        """Press the buttons whose time has come."""
        now = self._cloud.clock.now()
        for incident, (at, link) in sorted(self._planned.items()):
            if at <= now:
                del self._planned[incident]
                self._done.add(incident)
                self._cloud.http("POST", link)


def give_token(cloud: LocalCloud, person: str) -> str:
    """A bearer token for the staff routes, as `python -m vigie.admin staff add` gives one."""
    staff = DynamoStaff(cloud.client("dynamodb"), cloud.table("BrandsTable"))
    return issue(staff, person, lambda: secrets.token_urlsafe(24), cloud.clock.now())
