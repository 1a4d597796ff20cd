import pytest

from tests.template.reading import TOPIC, named, resources

ACCOUNT = {"Ref": "AWS::AccountId"}


def test_cloudwatch_may_use_the_key_or_alarms_would_stay_silent():
    statement = for_service("cloudwatch.amazonaws.com")

    assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_cloudwatch_may_publish_to_the_operations_topic():
    (policy,) = resources("AWS::SNS::TopicPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert [named(topic) for topic in policy["Topics"]] == ["OperationsTopic"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Action"] == "sns:Publish"
    assert named(statement["Resource"]) == "OperationsTopic"
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.mark.parametrize("name", ["AlertsTopic", "OperationsTopic"])
def test_a_topic_is_encrypted_by_the_one_key(name):
    assert named(resources(TOPIC)[name]["KmsMasterKeyId"]) == "DataKey"


def test_whoever_is_not_named_uses_the_key_only_through_dynamodb_and_from_this_account():
    (statement,) = [one for one in key_statements() if one["Principal"] == {"AWS": "*"}]

    assert statement["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"},
        }
    }


def test_the_account_can_still_change_the_key_s_policy():
    (statement,) = [one for one in key_statements() if "Fn::Sub" in one["Principal"].get("AWS", "")]

    assert statement["Principal"]["AWS"]["Fn::Sub"].endswith("${AWS::AccountId}:root")
    assert "kms:PutKeyPolicy" in statement["Action"]


def test_the_key_is_renewed_each_year():
    assert resources("AWS::KMS::Key")["DataKey"]["EnableKeyRotation"] is True


def key_statements():
    return resources("AWS::KMS::Key")["DataKey"]["KeyPolicy"]["Statement"]


def for_service(service):
    (statement,) = [one for one in key_statements() if one["Principal"] == {"Service": service}]
    return statement
