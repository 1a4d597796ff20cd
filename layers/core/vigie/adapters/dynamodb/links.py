"""Acknowledge links as items of the Incidents table, each a collection of its own."""

from collections.abc import Mapping
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, from_wire, key, to_wire
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.links import Link
from vigie.domain.versions import STATE_VERSION
from vigie.errors import UnknownVersion

LINK = "LINK"


def link_key(link_id: str) -> Item:
    """`LINK#<sha256 of the token>`."""
    return key(f"LINK#{link_id}", LINK)


def link_to_item(link: Link) -> Item:
    """`expires_at` is the table's TTL; reads compare `until`, since TTL deletes days late."""
    return link_key(link.id) | to_wire(
        {
            "v": STATE_VERSION,
            "incident": link.incident_id,
            "others": list(link.others) or None,
            "person": link.person,
            "language": link.language,
            "until": to_iso(link.expires_at),
            "expires_at": int(link.expires_at.timestamp()),
        }
    )


def link_from_item(item: Mapping[str, Any]) -> Link:
    """The inverse of `link_to_item`. Raises `UnknownVersion`."""
    data = from_wire(item)
    if data["v"] > STATE_VERSION:
        raise UnknownVersion(f"a link has version {data['v']}, this code reads {STATE_VERSION}")
    return Link(
        id=data["pk"].removeprefix("LINK#"),
        incident_id=data["incident"],
        others=tuple(data.get("others", ())),
        person=data["person"],
        language=data["language"],
        expires_at=from_iso(data["until"]),
    )
