"""What the command line sets up at X and at SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from vigie.domain.contacts import Held, Roster, Wanted


class XApp(Protocol):
    """The app's own settings at X: webhooks, subscriptions, usage."""

    def call(
        self,
        method: str,
        route: str,
        now: datetime,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        as_account: bool = False,
    ) -> Mapping[str, Any]:
        """X's answer; `as_account` speaks for the account that consented, where it is known.

        Raises `Rejected` with X's reason, `RateLimited`, `BudgetExhausted`, `Unavailable`.
        """
        ...


class Connection(Protocol):
    """Which webhook X calls, as far as we know."""

    def save(self, webhook_id: str, url: str, *, valid: bool, now: datetime) -> None:
        """Keep what X says of the webhook."""
        ...

    def checked_at(self) -> datetime | None:
        """When X was last asked about it; None where none was ever registered."""
        ...


class Subscriptions(Protocol):
    """Who is subscribed to the Alerts topic.

    Everything raises `Unavailable` where SNS throttles or does not answer, `Rejected` with SNS's
    own reason where it refuses.
    """

    def all(self, roster: Roster | None) -> Iterator[Held]:
        """Each with its filter. Of those that wait for confirmation SNS lists no ARN, without
        which there is no filter to read: `roster` has it where we subscribed them."""
        ...

    def listed(self) -> tuple[Held, ...]:
        """The same without their filters: what one permission on the topic is enough for."""
        ...

    def subscribe(self, wanted: Wanted) -> str:
        """Subscribe an address, with its filter from the first message on; gives the ARN. Asking
        again for one that waits sends it another request to confirm."""
        ...

    def refilter(self, arn: str, wanted: Wanted) -> None:
        """Let other pages through."""
        ...

    def unsubscribe(self, arn: str) -> None:
        """Remove it. Doing so twice is as good as once."""
        ...

    def confirm(self, token: str) -> str:
        """Confirm with the token of the request, so that only the account can unsubscribe."""
        ...


class TextMessaging(Protocol):
    """What SNS tells of the account's text messages; None where it does not (say, for want of a
    permission)."""

    def in_sandbox(self) -> bool | None:
        """Whether only verified numbers are reached."""
        ...

    def verified(self) -> frozenset[str] | None:
        """The numbers that the sandbox reaches."""
        ...

    def settings(self) -> Mapping[str, str] | None:
        """Spending limit, delivery logs and so on (GetSMSAttributes)."""
        ...

    def opted_out(self, number: str) -> bool | None:
        """Whether its owner answered STOP."""
        ...

    def topic(self) -> Mapping[str, str] | None:
        """The topic's own attributes: delivery logs of its other protocols."""
        ...


class Rosters(Protocol):
    """The subscriptions that must be there, as the last sync left them; hashes, no addresses."""

    def load(self) -> Roster | None:
        """None before the first sync. Raises `Unavailable`."""
        ...

    def save(self, roster: Roster) -> Roster:
        """Keep it under the next revision. Raises `Conflict` where somebody else did since."""
        ...
