"""Which permissions a call to AWS needs, item by item and batch entry by batch entry."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.roles import Need
from local.template import Stack

Params = Mapping[str, Any]


class UnknownCall(Exception):
    """Nobody has said yet which permissions this call needs."""


class Permissions:
    """Knows the stack's queues, tables, topics and the keys that they are encrypted with."""

    def __init__(self, stack: Stack) -> None:
        self._place = stack.place
        self._keys_table = {
            resource.ref: next(
                each["AttributeName"]
                for each in resource.properties["KeySchema"]
                if each["KeyType"] == "HASH"
            )
            for resource in stack.of_type("AWS::DynamoDB::Table")
        }
        keys = {}
        for key in stack.of_type("AWS::KMS::Key"):
            keys[key.ref] = keys[str(key.arn)] = str(key.arn)
        for alias in stack.of_type("AWS::KMS::Alias"):
            keys[alias.ref] = keys[alias.properties["TargetKeyId"]]
        # Sending to an encrypted queue needs Decrypt too: SQS verifies the data key that it makes.
        sending = self._queue("SendMessage", "kms:GenerateDataKey", "kms:Decrypt")
        self._needs: dict[str, Callable[[Params], list[Need]]] = {
            "sqs.SendMessage": sending,
            "sqs.SendMessageBatch": sending,
            "sqs.ReceiveMessage": self._queue("ReceiveMessage", "kms:Decrypt"),
            "sqs.DeleteMessage": self._queue("DeleteMessage"),
            "sqs.DeleteMessageBatch": self._queue("DeleteMessage"),
            "sqs.ChangeMessageVisibility": self._queue("ChangeMessageVisibility"),
            "sqs.ChangeMessageVisibilityBatch": self._queue("ChangeMessageVisibility"),
            "sqs.GetQueueAttributes": self._queue("GetQueueAttributes"),
            "sns.Publish": self._publish,
            "sns.PublishBatch": self._publish,
            "sns.ListSubscriptionsByTopic": lambda params: [
                Need("sns:ListSubscriptionsByTopic", params["TopicArn"])
            ],
            "dynamodb.GetItem": self._item("GetItem"),
            "dynamodb.PutItem": self._item("PutItem", "Item"),
            "dynamodb.UpdateItem": self._item("UpdateItem"),
            "dynamodb.DeleteItem": self._item("DeleteItem"),
            "dynamodb.Query": self._read("Query"),
            "dynamodb.Scan": self._read("Scan"),
            "dynamodb.BatchGetItem": self._batch_get,
            "dynamodb.BatchWriteItem": self._batch_write,
            # A transaction has no action of its own: its items' actions are asked for.
            "dynamodb.TransactGetItems": self._transact,
            "dynamodb.TransactWriteItems": self._transact,
            "ssm.GetParameter": self._parameters,
            "ssm.GetParameters": self._parameters,
        }
        self._key_of = {
            str(resource.arn): keys.get(used, str(used))
            for resource in stack.of_type("AWS::SQS::Queue", "AWS::SNS::Topic")
            if (used := resource.properties.get("KmsMasterKeyId"))
        }

    def needed(self, service: str, operation: str, params: Params) -> list[Need]:
        """Everything that the role must allow for this call. Raises UnknownCall."""
        needs = self._needs.get(f"{service}.{operation}")
        if needs is None:
            raise UnknownCall(f"local/permissions.py does not say what {service}.{operation} needs")
        return needs(params)

    def to_poll(self, queue_arn: str) -> list[Need]:
        """What Lambda needs from the function's role to read the queue for it."""
        actions = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
        needs = [Need(f"sqs:{action}", queue_arn) for action in actions]
        return needs + self._with_key(queue_arn, "sqs", ["kms:Decrypt"])

    def to_log(self, log_group: str) -> list[Need]:
        """What Lambda needs from the function's role to write its log."""
        group = self._place.arn("logs", f"log-group:{log_group}:log-stream:any")
        return [Need("logs:CreateLogStream", group), Need("logs:PutLogEvents", group)]

    def queue_arn(self, url: str) -> str:
        return self._place.arn("sqs", url.rsplit("/", 1)[-1])

    def _with_key(self, arn: str, service: str, actions: Iterable[str]) -> list[Need]:
        key = self._key_of.get(arn)
        if key is None:
            return []
        via = {"kms:ViaService": (f"{service}.{self._place.region}.amazonaws.com",)}
        return [Need(action, key, via) for action in actions]

    def _queue(self, action: str, *key_actions: str) -> "Callable[[Params], list[Need]]":
        def needs(params: Params) -> list[Need]:
            arn = self.queue_arn(params["QueueUrl"])
            return [Need(f"sqs:{action}", arn), *self._with_key(arn, "sqs", key_actions)]

        return needs

    def _publish(self, params: Params) -> list[Need]:
        arn = params.get("TopicArn") or params.get("TargetArn")
        if arn is None:
            # A text message straight to a phone number has no resource of its own.
            return [Need("sns:Publish", "*")]
        # SNS asks for both actions on the key of an encrypted topic.
        keys = self._with_key(arn, "sns", ["kms:Decrypt", "kms:GenerateDataKey"])
        return [Need("sns:Publish", arn), *keys]

    def _table(
        self, action: str, table: str, keys: Iterable[Mapping[str, Any]] = (), index: str = ""
    ) -> Need:
        arn = table if table.startswith("arn:") else self._place.arn("dynamodb", f"table/{table}")
        if index:
            arn = f"{arn}/index/{index}"
        partition = self._keys_table.get(table.rsplit("/", 1)[-1], "")
        leading = tuple(
            str(next(iter(key[partition].values()))) for key in keys if partition in key
        )
        return Need(f"dynamodb:{action}", arn, {"dynamodb:LeadingKeys": leading})

    def _item(self, action: str, where: str = "Key") -> "Callable[[Params], list[Need]]":
        return lambda params: [self._table(action, params["TableName"], [params[where]])]

    def _read(self, action: str) -> "Callable[[Params], list[Need]]":
        def needs(params: Params) -> list[Need]:
            return [self._table(action, params["TableName"], index=params.get("IndexName", ""))]

        return needs

    def _batch_get(self, params: Params) -> list[Need]:
        return [
            self._table("BatchGetItem", table, request["Keys"])
            for table, request in params["RequestItems"].items()
        ]

    def _batch_write(self, params: Params) -> list[Need]:
        needs = []
        for table, requests in params["RequestItems"].items():
            keys = [
                request["PutRequest"]["Item"]
                if "PutRequest" in request
                else request["DeleteRequest"]["Key"]
                for request in requests
            ]
            needs.append(self._table("BatchWriteItem", table, keys))
        return needs

    def _transact(self, params: Params) -> list[Need]:
        actions = {
            "Put": ("PutItem", "Item"),
            "Update": ("UpdateItem", "Key"),
            "Delete": ("DeleteItem", "Key"),
            "ConditionCheck": ("ConditionCheckItem", "Key"),
            "Get": ("GetItem", "Key"),
        }
        needs = []
        for item in params["TransactItems"]:
            kind, request = next(iter(item.items()))
            action, where = actions[kind]
            needs.append(self._table(action, request["TableName"], [request[where]]))
        return needs

    def _parameters(self, params: Params) -> list[Need]:
        names = params.get("Names") or [params["Name"]]
        action = "ssm:GetParameters" if "Names" in params else "ssm:GetParameter"
        return [
            Need(action, self._place.arn("ssm", f"parameter/{name.lstrip('/')}")) for name in names
        ]
