import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from local import disk_items
from local.disk_items import DiskItems
from local.tables import fast_tables


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(disk_items, "HOT", 3)
    monkeypatch.setattr(disk_items, "AT_ONCE", 2)


def key(name):
    return DynamoType({"S": name})


def an_item(name, **attributes):
    values = {"pk": {"S": name}} | {n: {"S": value} for n, value in attributes.items()}
    return Item(key(name), None, values)


def test_an_item_that_was_put_away_comes_back_as_it_was():
    items = DiskItems("pk", ["shard"])
    for n in range(20):
        items[key(f"k{n}")] = an_item(f"k{n}", shard=f"s{n % 2}", text="é")

    assert items[key("k0")] == an_item("k0", shard="s0", text="é")
    assert key("k1") in items
    assert key("no") not in items
    assert len(items) == 20
    assert {item.hash_key.value for item in items.values()} == {f"k{n}" for n in range(20)}
    items.close()


def test_what_is_changed_in_place_stays_changed_on_disk():
    items = DiskItems("pk", ["shard"])
    items[key("k")] = an_item("k", shard="old")
    for n in range(10):
        items[key(f"x{n}")] = an_item(f"x{n}")

    items[key("k")].attrs["shard"] = DynamoType({"S": "new"})
    for n in range(10):
        items[key(f"y{n}")] = an_item(f"y{n}")

    assert [i.hash_key.value for i in items.matching("shard", "new")] == ["k"]
    assert items.matching("shard", "old") == []
    assert items.matching("text", "x") is None
    items.close()


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "change", "pop", "get"]),
        st.integers(0, 9),
        st.sampled_from(["a", "b", "c"]),
    ),
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(steps=steps)
def test_whatever_is_done_it_holds_what_a_dictionary_would(steps):
    items, plain = DiskItems("pk", ["shard"]), {}
    for what, number, shard in steps:
        name = f"k{number}"
        match what:
            case "put":
                items[key(name)] = an_item(name, shard=shard)
                plain[name] = shard
            case "change" if name in plain:
                items[key(name)].attrs["shard"] = DynamoType({"S": shard})
                plain[name] = shard
            case "pop":
                assert (items.pop(key(name), None) is None) == (plain.pop(name, None) is None)
            case "get":
                assert (key(name) in items) == (name in plain)
        assert len(items) == len(plain)
        assert {i.hash_key.value: i.attrs["shard"].value for i in items.values()} == plain
        for asked in "abc":
            found = [i.hash_key.value for i in items.matching("shard", asked)]
            assert sorted(found) == sorted(n for n, held in plain.items() if held == asked)
    items.close()


def test_a_query_of_an_index_finds_what_lies_on_disk():
    with fast_tables(), mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-3")
        client.create_table(
            TableName="T",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "shard", "at")
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_shard",
                    "KeySchema": [
                        {"AttributeName": "shard", "KeyType": "HASH"},
                        {"AttributeName": "at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        for n in range(30):
            item = {"pk": {"S": f"k{n:02}"}, "at": {"S": f"{n:02}"}}
            sharded = {"shard": {"S": "odd" if n % 2 else "even"}} if n < 20 else {}
            client.put_item(TableName="T", Item=item | sharded)
        client.update_item(
            TableName="T",
            Key={"pk": {"S": "k02"}},
            UpdateExpression="SET #shard = :odd",
            ExpressionAttributeNames={"#shard": "shard"},
            ExpressionAttributeValues={":odd": {"S": "odd"}},
        )

        found = client.query(
            TableName="T",
            IndexName="by_shard",
            KeyConditionExpression="#shard = :odd AND #at < :until",
            ExpressionAttributeNames={"#at": "at", "#shard": "shard"},
            ExpressionAttributeValues={":odd": {"S": "odd"}, ":until": {"S": "10"}},
            ScanIndexForward=False,
        )["Items"]
        scanned = client.scan(TableName="T")["Items"]

    assert [item["pk"]["S"] for item in found] == ["k09", "k07", "k05", "k03", "k02", "k01"]
    assert len(scanned) == 30
