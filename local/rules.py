"""AWS's rules that moto lets through, and the one that is ours: a group for every message.

Each check gives the words of the first rule that a call breaks, or None.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Params = Mapping[str, Any]

MIB = 1024 * 1024
SNS_LIMIT = 256 * 1024
TRANSACTION_LIMIT = 4 * MIB

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_REFUSED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"#[A-Za-z0-9_]+")
_VALUE = re.compile(r":[A-Za-z0-9_]+")
_ASSIGNMENT = re.compile(r"([#\w]+)\s*=\s*(:\w+)\s*(?:,|$|\s(?:REMOVE|ADD|DELETE)\b)")
_EXPRESSIONS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)


class Rules:
    """Checks calls; knows which attributes are keys of an index, by table."""

    def __init__(self, index_keys: Mapping[str, frozenset[str]]) -> None:
        self._index_keys = index_keys
        self._checks: dict[str, Callable[[Params], str | None]] = {
            "sqs.SendMessage": lambda params: _message(params, params["QueueUrl"]),
            "sqs.SendMessageBatch": _messages,
            "sns.Publish": _publication,
            "sns.PublishBatch": _publications,
            "dynamodb.PutItem": self._expressions,
            "dynamodb.UpdateItem": self._expressions,
            "dynamodb.DeleteItem": self._expressions,
            "dynamodb.GetItem": self._expressions,
            "dynamodb.Query": self._expressions,
            "dynamodb.Scan": self._expressions,
            "dynamodb.BatchGetItem": self._batch_get,
            "dynamodb.BatchWriteItem": self._batch_write,
            "dynamodb.TransactWriteItems": self._transaction,
        }

    def broken(self, service: str, operation: str, params: Params) -> str | None:
        check = self._checks.get(f"{service}.{operation}")
        return check(params) if check else None

    def _expressions(self, params: Params) -> str | None:
        texts = [str(params[name]) for name in _EXPRESSIONS if name in params]
        for kind, pattern in (("Names", _NAME), ("Values", _VALUE)):
            given = params.get(f"ExpressionAttribute{kind}")
            if given is None:
                continue
            if not given:
                return f"ExpressionAttribute{kind} must not be empty"
            used = {name for text in texts for name in pattern.findall(text)}
            if unused := sorted(given.keys() - used):
                return f"unused in expressions, ExpressionAttribute{kind}: {', '.join(unused)}"
        if params.get("ConsistentRead") and params.get("IndexName"):
            return "a global secondary index cannot be read consistently"
        return self._keys_of_indexes(params)

    def _keys_of_indexes(self, params: Params) -> str | None:
        table = params.get("TableName", "")
        written = dict(params.get("Item", {}))
        names = params.get("ExpressionAttributeNames", {})
        values = params.get("ExpressionAttributeValues", {})
        for name, value in _ASSIGNMENT.findall(params.get("UpdateExpression", "")):
            written[names.get(name, name)] = values.get(value, {})
        for name in self._index_keys.get(table, frozenset()) & written.keys():
            if not written[name].get("S"):
                return f"{name} is a key of an index of {table}: a text that is not empty"
        return None

    def _batch_get(self, params: Params) -> str | None:
        seen: set[str] = set()
        for table, request in params["RequestItems"].items():
            for key in request["Keys"]:
                if (text := _identity(table, key)) in seen:
                    return "BatchGetItem names the same item twice"
                seen.add(text)
            # The table's own expressions are checked as those of a single read.
            if broken := self._expressions({**request, "TableName": table}):
                return broken
        return None if 1 <= len(seen) <= 100 else f"BatchGetItem reads 1 to 100, not {len(seen)}"

    def _batch_write(self, params: Params) -> str | None:
        written = 0
        for table, requests in params["RequestItems"].items():
            for request in requests:
                written += 1
                item = request.get("PutRequest", {}).get("Item", {})
                if broken := self._keys_of_indexes({"TableName": table, "Item": item}):
                    return broken
        return None if 1 <= written <= 25 else f"BatchWriteItem writes 1 to 25, not {written}"

    def _transaction(self, params: Params) -> str | None:
        actions = params["TransactItems"]
        if not 1 <= len(actions) <= 100:
            return f"a transaction has 1 to 100 actions, not {len(actions)}"
        size = 0
        for action in actions:
            request = next(iter(action.values()))
            if broken := self._expressions(request):
                return broken
            size += sum(_size(part) for name, part in request.items() if name in _CARRIED)
        return None if size <= TRANSACTION_LIMIT else f"a transaction of {size} bytes, above 4 MB"


_CARRIED = {"Item", "Key", "ExpressionAttributeValues"}


def _identity(table: str, key: Mapping[str, Any]) -> str:
    return f"{table} {json.dumps(key, sort_keys=True, default=str)}"


def _size(value: Any) -> int:
    """Bytes, roughly as DynamoDB counts them."""
    if isinstance(value, Mapping):
        return sum(len(name) + _size(inner) for name, inner in value.items())
    if isinstance(value, list):
        return sum(_size(inner) for inner in value)
    return len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else 1


def _messages(params: Params) -> str | None:
    entries = params["Entries"]
    if not 1 <= len(entries) <= 10:
        return f"a batch has 1 to 10 messages, not {len(entries)}"
    if len({entry["Id"] for entry in entries}) < len(entries):
        return "two entries of a batch have the same Id"
    for entry in entries:
        if broken := _message(entry, params["QueueUrl"]):
            return broken
    total = sum(_message_size(entry) for entry in entries)
    return None if total <= MIB else f"a batch of {total} bytes, above 1 MiB"


def _message(entry: Params, queue_url: str) -> str | None:
    if not entry.get("MessageGroupId"):
        # Not a rule of AWS's on standard queues: without it the queue is not fair to all brands.
        return "a message without MessageGroupId"
    if queue_url.endswith(".fifo"):
        if not entry.get("MessageDeduplicationId"):
            return "a message to a FIFO queue without MessageDeduplicationId"
        if "DelaySeconds" in entry:
            return "DelaySeconds on a message to a FIFO queue"
    if not 0 <= entry.get("DelaySeconds", 0) <= 900:
        return f"DelaySeconds is 0 to 900, not {entry['DelaySeconds']}"
    if not entry["MessageBody"]:
        return "an empty message body"
    if refused := _first_refused(_texts(entry)):
        return f"SQS refuses the character U+{ord(refused):04X}"
    size = _message_size(entry)
    if size > MIB:
        return f"a message of {size} bytes, above 1 MiB"
    return _attributes(entry)


def _texts(entry: Params) -> Iterator[str]:
    yield entry["MessageBody"]
    for value in entry.get("MessageAttributes", {}).values():
        yield value.get("StringValue", "")


def _first_refused(texts: Iterable[str]) -> str | None:
    for text in texts:
        if found := _REFUSED.search(text):
            return found.group()
    return None


def _message_size(entry: Params) -> int:
    attributes = entry.get("MessageAttributes", {})
    return _size(entry["MessageBody"]) + _size(attributes)


def _attributes(entry: Params) -> str | None:
    attributes = entry.get("MessageAttributes", {})
    if len(attributes) > 10:
        return f"a message has at most 10 attributes, not {len(attributes)}"
    for name, value in attributes.items():
        if not (value.get("StringValue") or value.get("BinaryValue")):
            return f"the message attribute {name} is empty"
    return None


def _publications(params: Params) -> str | None:
    entries = params["PublishBatchRequestEntries"]
    if not 1 <= len(entries) <= 10:
        return f"a batch has 1 to 10 messages, not {len(entries)}"
    return next(filter(None, map(_publication, entries)), None)


def _publication(params: Params) -> str | None:
    subject = params.get("Subject")
    if subject is not None and not re.fullmatch(r"[\x21-\x7e][\x20-\x7e]{0,99}", subject):
        return "a subject is 1 to 100 printable ASCII characters"
    size = _size(params["Message"])
    if size > SNS_LIMIT:
        return f"a publication of {size} bytes, above 256 KiB"
    if params.get("MessageStructure") == "json":
        bodies = json.loads(params["Message"])
        if not isinstance(bodies.get("default"), str):
            return "MessageStructure json without a default text"
        if any(not isinstance(body, str) for body in bodies.values()):
            return "MessageStructure json holds texts only"
    for name, value in params.get("MessageAttributes", {}).items():
        if not (value.get("StringValue") or value.get("BinaryValue")):
            return f"the message attribute {name} is empty"
        if value["DataType"] == "String.Array" and not _is_array(value["StringValue"]):
            return f"the message attribute {name} is no array of simple values"
    return None


def _is_array(text: str) -> bool:
    try:
        array = json.loads(text)
    except ValueError:
        return False
    return isinstance(array, list) and not any(isinstance(one, dict | list) for one in array)
