"""The items of a moto table on disk, but for those in use: a long replay outgrows no memory.

moto keeps every item as a tree of objects, some eight kilobytes for a mention, and looks at all of
them for each query of an index. Here the items that were used last stay as moto has them, because
it changes them in place; the others lie in a temporary SQLite file, found by their key or by the
attributes that the table's indexes begin with.
"""

import pickle
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item

# Far more than one request touches (100 actions of a transaction), and a few megabytes.
HOT = 2_000
AT_ONCE = 500


class DiskItems(MutableMapping[DynamoType, Item]):
    """The `items` of a table whose only key is `key`; `attributes` are those to be found by."""

    def __init__(self, key: str, attributes: Sequence[str]) -> None:
        self._key = key
        self._attributes = tuple(dict.fromkeys(attributes))
        self._hot: OrderedDict[str, Item] = OrderedDict()
        # "" is a file that SQLite itself deletes. Threads take turns under the cloud's lock.
        self._disk = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._disk.execute("PRAGMA synchronous = OFF")
        self._disk.execute("PRAGMA journal_mode = OFF")
        columns = "".join(f", a{n} TEXT" for n in range(len(self._attributes)))
        self._disk.execute(f"CREATE TABLE items (key TEXT PRIMARY KEY, body BLOB{columns})")
        for n in range(len(self._attributes)):
            self._disk.execute(f"CREATE INDEX i{n} ON items (a{n}) WHERE a{n} IS NOT NULL")

    def __getitem__(self, key: DynamoType) -> Item:
        name = key.value
        item = self._hot.get(name)
        if item is None:
            row = self._disk.execute("SELECT body FROM items WHERE key = ?", (name,)).fetchone()
            if row is None:
                raise KeyError(key)
            item = self._awake(row[0])
        self._heat(name, item)
        return item

    def __contains__(self, key: object) -> bool:
        name = key.value if isinstance(key, DynamoType) else key
        if name in self._hot:
            return True
        found = self._disk.execute("SELECT 1 FROM items WHERE key = ?", (name,))
        return found.fetchone() is not None

    def __setitem__(self, key: DynamoType, item: Item) -> None:
        self._heat(key.value, item)

    def __delitem__(self, key: DynamoType) -> None:
        if key not in self:
            raise KeyError(key)
        self._hot.pop(key.value, None)
        self._disk.execute("DELETE FROM items WHERE key = ?", (key.value,))

    def __iter__(self) -> Iterator[DynamoType]:
        return (item.hash_key for item in self.stream())

    def __len__(self) -> int:
        (cold,) = self._disk.execute("SELECT count(*) FROM items").fetchone()
        both = sum(
            self._disk.execute("SELECT 1 FROM items WHERE key = ?", (name,)).fetchone() is not None
            for name in self._hot
        )
        return int(cold) + len(self._hot) - both

    def values(self) -> Any:
        """Every item, as moto asks for them; none is kept in memory for it."""
        return self.stream()

    def stream(self) -> Iterator[Item]:
        """Every item once, in no particular order. The table must not be written meanwhile."""
        yield from list(self._hot.values())
        for name, body in self._disk.execute("SELECT key, body FROM items"):
            if name not in self._hot:
                yield self._awake(body)

    def matching(self, attribute: str, value: str) -> list[Item] | None:
        """The items with that value, or None for an attribute that is not looked up here."""
        if attribute not in self._attributes:
            return None
        found = [
            item
            for item in self._hot.values()
            if attribute in item.attrs and item.attrs[attribute].value == value
        ]
        column = self._attributes.index(attribute)
        rows = self._disk.execute(f"SELECT key, body FROM items WHERE a{column} = ?", (value,))
        return found + [self._awake(body) for name, body in rows if name not in self._hot]

    def close(self) -> None:
        """Give the file back."""
        self._disk.close()

    def _heat(self, name: str, item: Item) -> None:
        self._hot[name] = item
        self._hot.move_to_end(name)
        if len(self._hot) > HOT + AT_ONCE:
            self._cool()

    def _cool(self) -> None:
        rows = []
        for _ in range(AT_ONCE):
            name, item = self._hot.popitem(last=False)
            found = [item.attrs.get(attribute) for attribute in self._attributes]
            body = pickle.dumps(item.to_json()["Attributes"], pickle.HIGHEST_PROTOCOL)
            rows.append((name, body, *(value and value.value for value in found)))
        marks = ", ".join("?" * (2 + len(self._attributes)))
        self._disk.execute("BEGIN")
        self._disk.executemany(f"INSERT OR REPLACE INTO items VALUES ({marks})", rows)
        self._disk.execute("COMMIT")

    def _awake(self, body: bytes) -> Item:
        attributes = pickle.loads(body)
        return Item(DynamoType(attributes[self._key]), None, attributes)
