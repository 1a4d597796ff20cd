import pytest

from tests.template.reading import TABLE, named, resources, translated

KEYS = {
    "MentionsTable": (
        ["pk"],
        {
            "by_incident": (["incident_shard", "posted_at"], "INCLUDE"),
            "by_refresh": (["refresh_partition", "refresh_at"], "KEYS_ONLY"),
        },
    ),
    "IncidentsTable": (
        ["pk", "sk"],
        {
            "due": (["due_partition", "due_at"], "ALL"),
            "open": (["open_brand", "opened_at"], "KEYS_ONLY"),
            "by_brand": (["brand", "opened_at"], "KEYS_ONLY"),
        },
    ),
    "BrandsTable": (["pk", "sk"], {}),
}


def test_there_are_these_tables():
    assert resources(TABLE).keys() == KEYS.keys()


@pytest.mark.parametrize("name", KEYS)
def test_keys_and_indexes_are_those_that_the_code_reads(name):
    table = resources(TABLE)[name]
    indexes = {
        index["IndexName"]: (attributes(index["KeySchema"]), index["Projection"]["ProjectionType"])
        for index in table.get("GlobalSecondaryIndexes", [])
    }

    assert (attributes(table["KeySchema"]), indexes) == KEYS[name]


@pytest.mark.parametrize("name", KEYS)
def test_deleting_the_stack_keeps_the_table(name):
    resource = translated()["Resources"][name]

    assert resource["DeletionPolicy"] == "Retain"
    assert resource["UpdateReplacePolicy"] == "Retain"
    assert named(resource["Properties"]["DeletionProtectionEnabled"]) == "DeletionProtection"


def test_deleting_the_stack_keeps_the_key_that_the_tables_need():
    key = translated()["Resources"]["DataKey"]

    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", KEYS)
def test_a_table_can_be_wound_back_and_is_paid_by_use(name):
    table = resources(TABLE)[name]

    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", KEYS)
def test_items_expire(name):
    assert resources(TABLE)[name]["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }


@pytest.mark.parametrize("name", KEYS)
def test_a_table_is_encrypted_by_the_one_key(name):
    encryption = resources(TABLE)[name]["SSESpecification"]

    assert encryption["SSEEnabled"] is True
    assert encryption["SSEType"] == "KMS"
    assert named(encryption["KMSMasterKeyId"]) == "DataKey"


def attributes(schema):
    return [part["AttributeName"] for part in schema]
