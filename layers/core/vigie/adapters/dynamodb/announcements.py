"""The Brands table as `Announcements`: own posts, and what is known of the connection to X.

`(<brand>, OWN#<post id>)`, `(X, EVENTS)`, `(X, REVOKED#<user id>)`: docs/data.md.
"""

from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.client import translated
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.own_post import OwnPost
from vigie.errors import Conflict

VERSION = "1"
OWN_POSTS_KEPT = timedelta(days=30)
REVOCATIONS_KEPT = timedelta(days=400)
CONNECTION = "X"


class DynamoAnnouncements:
    """See `Announcements`. Every write may be repeated."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def published(self, brand: str, post: OwnPost, now: datetime) -> None:
        """See `Announcements.published`. A withdrawn post stays withdrawn."""
        values = {
            "post_id": post.post_id,
            "root_id": post.root_id,
            "author_id": post.author_id,
            "posted_at": to_iso(post.posted_at),
        }
        optional = {"in_reply_to": post.replies_to, "quotes": post.quotes}
        self._set(
            brand,
            f"OWN#{post.post_id}",
            values | {name: value for name, value in optional.items() if value},
            now,
            OWN_POSTS_KEPT,
        )

    def withdrawn(self, brand: str, post_id: str, now: datetime) -> None:
        """See `Announcements.withdrawn`."""
        self._set(
            brand,
            f"OWN#{post_id}",
            {"post_id": post_id, "deleted_at": to_iso(now)},
            now,
            OWN_POSTS_KEPT,
        )

    def heard(self, now: datetime) -> None:
        """See `Announcements.heard`. A slower process does not set the clock back."""
        try:
            with translated("last event"):
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": CONNECTION}, "sk": {"S": "EVENTS"}},
                    UpdateExpression="SET v = :v, last_event_at = :now",
                    ConditionExpression=(
                        "attribute_not_exists(last_event_at) OR last_event_at < :now"
                    ),
                    ExpressionAttributeValues={":v": {"N": VERSION}, ":now": {"S": to_iso(now)}},
                )
        except Conflict:
            pass

    def billed(self, usd: float, now: datetime) -> None:
        """See `Announcements.billed`: the item is `DynamoLedger`'s, which costs more to import."""
        with translated("booking what events cost"):
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": CONNECTION}, "sk": {"S": f"SPEND#{now:%Y-%m-%d}"}},
                UpdateExpression="SET v = :v, expires_at = :expires ADD #what :usd, #total :usd",
                ExpressionAttributeNames={"#what": "webhook", "#total": "total"},
                ExpressionAttributeValues={
                    ":v": {"N": VERSION},
                    ":expires": {"N": str(int((now + REVOCATIONS_KEPT).timestamp()))},
                    ":usd": {"N": f"{usd:.6f}"},
                },
            )

    def revoked(self, user_id: str, said_at: str, now: datetime) -> bool:
        """See `Announcements.revoked`."""
        expires_at = int((now + REVOCATIONS_KEPT).timestamp())
        try:
            with translated("revocation"):
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": CONNECTION}, "sk": {"S": f"REVOKED#{user_id}"}},
                    UpdateExpression=(
                        "SET v = :v, said_at = :said, seen_at = :now, expires_at = :expires"
                    ),
                    ConditionExpression="attribute_not_exists(said_at) OR said_at < :said",
                    ExpressionAttributeValues={
                        ":v": {"N": VERSION},
                        ":said": {"S": said_at or "-"},
                        ":now": {"S": to_iso(now)},
                        ":expires": {"N": str(expires_at)},
                    },
                )
        except Conflict:
            return False
        return True

    def _set(
        self, pk: str, sk: str, values: dict[str, str], now: datetime, kept: timedelta
    ) -> None:
        expires_at = str(int((now + kept).timestamp()))
        names = {f"#{n}": name for n, name in enumerate(values)}
        given = {f":{n}": {"S": value} for n, value in enumerate(values.values())}
        pairs = ", ".join(f"#{n} = :{n}" for n in range(len(values)))
        with translated("own post"):
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression=(
                    f"SET v = :v, expires_at = if_not_exists(expires_at, :expires), {pairs}"
                ),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={
                    ":v": {"N": VERSION},
                    ":expires": {"N": expires_at},
                    **given,
                },
            )


class DynamoConnection:
    """`(X, WEBHOOK)`: which webhook X calls, and whether it was valid when last asked."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def save(self, webhook_id: str, url: str, *, valid: bool, now: datetime) -> None:
        """Keep what X says of the webhook."""
        with translated("webhook"):
            self._client.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": CONNECTION},
                    "sk": {"S": "WEBHOOK"},
                    "v": {"N": VERSION},
                    "webhook_id": {"S": webhook_id},
                    "url": {"S": url},
                    "valid": {"BOOL": valid},
                    "checked_at": {"S": to_iso(now)},
                },
            )

    def last_event_at(self) -> datetime | None:
        """When X last delivered something, to the minute; None for never."""
        with translated("last event"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": CONNECTION}, "sk": {"S": "EVENTS"}},
            )
        item = answer.get("Item")
        return from_iso(item["last_event_at"]["S"]) if item else None

    def checked_at(self) -> datetime | None:
        """When the webhook was last asked for; None where none was ever registered."""
        with translated("webhook"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": CONNECTION}, "sk": {"S": "WEBHOOK"}},
                ConsistentRead=True,
            )
        item = answer.get("Item")
        return from_iso(item["checked_at"]["S"]) if item else None
