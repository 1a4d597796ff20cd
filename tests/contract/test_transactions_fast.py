"""The fast transactions and moto's own: the same cases, the same answers, the same items."""

from contextlib import ExitStack, contextmanager
from itertools import count

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from local.tables import fast_tables
from local.transactions import fast_transactions

# A plain table and one with a sort key, each once for moto's own code and once for ours.
KINDS = ("plain", "sorted")
NAMES = ("own", "fast")

keys = st.sampled_from(["a", "b", "c"])
numbers = st.integers(0, 3).map(str)
conditions = st.sampled_from(
    [
        None,
        "attribute_not_exists(pk)",
        "attribute_exists(pk)",
        "score = :score",
        "score < :score OR attribute_not_exists(score)",
        "#n <> :score",
    ]
)
updates = st.sampled_from(
    [
        "SET score = :score",
        "ADD score :score",
        "SET score = if_not_exists(score, :score), mark = :text",
        "REMOVE score",
        "SET score = score + :score",
        "SET mark = :text REMOVE score",
        "SET pk = :text",  # a key cannot be updated
        "SET score = :text + :score",  # a text cannot be added to
        "SET score = ",  # does not parse
    ]
)
actions = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["Put", "Update", "Delete", "ConditionCheck"]),
        "table": st.sampled_from(KINDS),
        "pk": keys,
        "sk": keys,
        "score": numbers,
        "condition": conditions,
        "update": updates,
        "shows_old": st.booleans(),
    }
)


def item_of(action):
    return action["table"], action["pk"], action["sk"] if action["table"] == "sorted" else ""


transactions = st.lists(actions, min_size=2, max_size=4, unique_by=item_of)


@pytest.fixture(scope="module")
def dynamodb():
    with mock_aws():
        yield boto3.client("dynamodb", region_name="eu-west-3")


fresh = count()


def tables(dynamodb):
    """Four new tables: kind and implementation -> name."""
    number = next(fresh)
    made = {}
    for kind in KINDS:
        schema = [{"AttributeName": "pk", "KeyType": "HASH"}]
        if kind == "sorted":
            schema.append({"AttributeName": "sk", "KeyType": "RANGE"})
        for name in NAMES:
            made[kind, name] = f"{kind}-{name}-{number}"
            dynamodb.create_table(
                TableName=made[kind, name],
                KeySchema=schema,
                AttributeDefinitions=[
                    {"AttributeName": each["AttributeName"], "AttributeType": "S"}
                    for each in schema
                ],
                BillingMode="PAY_PER_REQUEST",
            )
            for pk in ("a", "b"):
                item = {"pk": {"S": pk}, "sk": {"S": pk}, "score": {"N": "1"}}
                dynamodb.put_item(TableName=made[kind, name], Item=item)
    return made


@contextmanager
def implementation(name):
    with ExitStack() as exits:
        if name == "fast":
            exits.enter_context(fast_tables())
            exits.enter_context(fast_transactions())
        yield


def request(action, table):
    """One action as TransactWriteItems takes it; only the names and values that it uses."""
    key = {"pk": {"S": action["pk"]}}
    if action["table"] == "sorted":
        key["sk"] = {"S": action["sk"]}
    built = {"TableName": table}
    condition = action["condition"]
    if action["kind"] == "ConditionCheck":
        condition = condition or "attribute_exists(pk)"
    if action["kind"] == "Put":
        built["Item"] = {**key, "score": {"N": action["score"]}}
    else:
        built["Key"] = key
    if action["kind"] == "Update":
        built["UpdateExpression"] = action["update"]
    if condition:
        built["ConditionExpression"] = condition
    text = f"{condition} {built.get('UpdateExpression', '')}"
    values = {":score": {"N": action["score"]}, ":text": {"S": "text"}}
    if used := {name: value for name, value in values.items() if name in text}:
        built["ExpressionAttributeValues"] = used
    if "#n" in text:
        built["ExpressionAttributeNames"] = {"#n": "score"}
    if action["shows_old"]:
        built["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {action["kind"]: built}


def outcome(dynamodb, transaction, made, name):
    """What the caller sees."""
    requests = [request(action, made[action["table"], name]) for action in transaction]
    try:
        dynamodb.transact_write_items(TransactItems=requests)
    except ClientError as error:
        message = error.response["Error"]["Message"].replace(f"-{name}-", "-x-")
        return error.response["Error"]["Code"], message, error.response.get("CancellationReasons")
    return "done"


def items(dynamodb, made, name):
    found = []
    for kind in KINDS:
        scanned = dynamodb.scan(TableName=made[kind, name])["Items"]
        found.append(sorted(map(repr, scanned)))
    return found


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(transactions, min_size=1, max_size=6))
def test_both_do_and_answer_the_same(dynamodb, history):
    made = tables(dynamodb)

    for transaction in history:
        own = outcome(dynamodb, transaction, made, "own")
        with implementation("fast"):
            fast = outcome(dynamodb, transaction, made, "fast")

        assert fast == own
        assert items(dynamodb, made, "fast") == items(dynamodb, made, "own")


def refusal(dynamodb, name, puts):
    made = tables(dynamodb)
    requests = [{"Put": {"TableName": made["plain", name], "Item": item}} for item in puts]
    before = items(dynamodb, made, name)
    with implementation(name), pytest.raises(ClientError) as refused:
        dynamodb.transact_write_items(TransactItems=requests)
    assert items(dynamodb, made, name) == before
    return refused.value.response["Error"]


@pytest.mark.parametrize(
    "puts",
    [
        [{"pk": {"S": str(number)}} for number in range(101)],
        [{"pk": {"S": "a"}}, {"pk": {"S": "b"}, "text": {"S": "x" * 410_000}}],
        [{"pk": {"S": "a"}}, {"pk": {"S": "a"}}],
        [{"pk": {"S": "a"}}, {"pk": {"N": "1"}}],
    ],
    ids=["a hundred and one", "an item too large", "one item twice", "a key of another type"],
)
def test_what_is_refused_is_refused_alike_and_leaves_nothing(dynamodb, puts):
    assert refusal(dynamodb, "fast", puts) == refusal(dynamodb, "own", puts)


def test_reading_one_partition_gives_the_same_pages(dynamodb):
    made = tables(dynamodb)
    table = made["sorted", "own"]
    for partition in ("p", "q"):
        for number in range(5):
            key = {"pk": {"S": partition}, "sk": {"S": str(number)}}
            dynamodb.put_item(TableName=table, Item=key)
    asked = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk AND sk > :sk",
        "ExpressionAttributeValues": {":pk": {"S": "p"}, ":sk": {"S": "0"}},
        "Limit": 2,
        "ScanIndexForward": False,
    }

    own = dynamodb.query(**asked)
    with fast_tables():
        fast = dynamodb.query(**asked)
        rest = dynamodb.query(**asked, ExclusiveStartKey=fast["LastEvaluatedKey"])

    assert [fast["Items"], fast["LastEvaluatedKey"]] == [own["Items"], own["LastEvaluatedKey"]]
    assert [item["sk"]["S"] for item in fast["Items"] + rest["Items"]] == ["4", "3", "2", "1"]


def test_answers_about_items_are_the_same(dynamodb):
    made = tables(dynamodb)
    table = made["plain", "own"]
    item = {
        "pk": {"S": "é\ud83d\ude00"},
        "number": {"N": "1.50"},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "a"}, {"N": "1"}, {"M": {"b": {"SS": ["c"]}}}]},
        "map": {"M": {"none": {"S": ""}}},
        "bytes": {"B": b"\x00\xff"},
    }
    without_bytes = {name: value for name, value in item.items() if name != "bytes"}
    key = {"pk": item["pk"]}

    def answers():
        yield dynamodb.put_item(TableName=table, Item=item, ReturnValues="ALL_OLD")
        yield dynamodb.get_item(TableName=table, Key=key)
        yield dynamodb.put_item(TableName=table, Item=without_bytes, ReturnValues="ALL_OLD")
        yield dynamodb.get_item(TableName=table, Key=key, ProjectionExpression="yes")
        yield dynamodb.get_item(TableName=table, Key={"pk": {"S": "absent"}})
        yield dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET mark = :m",
            ExpressionAttributeValues={":m": {"S": "x"}},
            ReturnValues="ALL_NEW",
        )
        yield dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}})
        yield dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": item["pk"]},
        )
        yield dynamodb.scan(TableName=table, Select="COUNT")
        yield dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": key}}])
        yield dynamodb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")

    def without_metadata():
        return [
            {name: value for name, value in answer.items() if name != "ResponseMetadata"}
            for answer in answers()
        ]

    own = without_metadata()
    with implementation("fast"):
        assert without_metadata() == own
