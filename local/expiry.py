"""Time to live. moto never deletes an expired item, and AWS may keep it for days: so does this."""

from datetime import datetime

from moto.dynamodb.models import dynamodb_backends

from local.template import Stack


def expire(stack: Stack, now: datetime) -> int:
    """Delete every item whose time has passed at `now`; give their number."""
    backend = dynamodb_backends[stack.place.account][stack.place.region]
    deleted = 0
    for table in backend.tables.values():
        attribute = table.ttl.get("AttributeName")
        if attribute is None:
            continue
        for item in list(table.all_items()):
            expiry = item.attrs.get(attribute)
            if expiry is not None and float(expiry.value) <= now.timestamp():
                table.delete_item(item.hash_key, item.range_key)
                deleted += 1
    return deleted
