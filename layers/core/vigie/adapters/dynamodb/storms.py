"""What each person was paged in the last minutes, in the Incidents table: counters with a TTL."""

from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import key, read_item, to_wire
from vigie.adapters.dynamodb.client import translated
from vigie.domain.storm import Storm, storm_from_dict, storm_to_dict
from vigie.domain.versions import STATE_VERSION

STORM = "STORM"
# Nothing of it matters after minutes; the TTL deletes it some time later.
_KEPT = timedelta(hours=1)


class DynamoStorms:
    """`Storms` over the Incidents table, each person a collection of its own."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, person: str) -> Storm:
        """See `Storms.read`."""
        with translated("reading a person's pages"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(f"STORM#{person}", STORM), ConsistentRead=True
            )
        if "Item" not in answer:
            return Storm(person=person)
        return storm_from_dict(person, read_item(answer["Item"]))

    def save(self, storm: Storm, now: datetime) -> None:
        """See `Storms.save`."""
        values = storm_to_dict(storm) | {
            "v": STATE_VERSION,
            "expires_at": int((now + _KEPT).timestamp()),
        }
        first = storm.revision == 1
        with translated("counting a person's pages"):
            self._client.put_item(
                TableName=self._table,
                Item=key(f"STORM#{storm.person}", STORM) | to_wire(values),
                # The TTL may have deleted it since it was read: then nothing of it matters.
                ConditionExpression=(
                    "attribute_not_exists(pk)"
                    if first
                    else "attribute_not_exists(pk) OR revision = :read"
                ),
                **(
                    {}
                    if first
                    else {"ExpressionAttributeValues": to_wire({":read": storm.revision - 1})}
                ),
            )
