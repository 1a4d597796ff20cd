from pathlib import Path

import pytest

from local.intrinsics import TemplateError
from local.permissions import Permissions, UnknownCall
from local.roles import Need, roles_of
from local.template import load

SMALL = Path(__file__).parents[1] / "e2e" / "small" / "template.yaml"
ARN = "arn:aws:{service}:eu-west-3:123456789012:{resource}"
TABLE = ARN.format(service="dynamodb", resource="table/vigie-local-CountsTable")
QUEUE = "https://sqs.eu-west-3.amazonaws.com/123456789012/vigie-local-WorkQueue"


@pytest.fixture(scope="module")
def permissions():
    return Permissions(load(SMALL))


@pytest.fixture
def role_with(tmp_path):
    def made(statement):
        path = tmp_path / "template.yaml"
        path.write_text(
            "Transform: AWS::Serverless-2016-10-31\n"
            "Resources:\n"
            "  Role:\n"
            "    Type: AWS::IAM::Role\n"
            "    Properties:\n"
            "      AssumeRolePolicyDocument: {}\n"
            "      Policies:\n"
            "        - PolicyName: one\n"
            f"          PolicyDocument: {{Statement: [{statement}]}}\n",
            encoding="utf-8",
        )
        (role,) = roles_of(load(path)).values()
        return role

    return made


def test_an_action_is_allowed_on_the_named_resource_only(role_with):
    role = role_with("{Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:q'}")

    assert role.allows(Need("sqs:SendMessage", "arn:q"))
    assert not role.allows(Need("sqs:SendMessage", "arn:q2"))
    assert not role.allows(Need("sqs:ReceiveMessage", "arn:q"))


def test_wildcards_stand_for_any_text_and_brackets_for_themselves(role_with):
    role = role_with("{Effect: Allow, Action: 'SQS:Send*', Resource: 'arn:?[a]*'}")

    assert role.allows(Need("sqs:SendMessage", "arn:x[a]yz"))
    assert not role.allows(Need("sqs:SendMessage", "arn:xa"))


def test_a_denial_is_stronger_than_a_permission(role_with):
    role = role_with(
        "{Effect: Allow, Action: '*', Resource: '*'},"
        "{Effect: Deny, Action: ['sns:Publish'], Resource: ['arn:t']}"
    )

    assert role.allows(Need("sns:Publish", "arn:other"))
    assert not role.allows(Need("sns:Publish", "arn:t"))


def test_leading_keys_must_all_be_covered(role_with):
    role = role_with(
        "{Effect: Allow, Action: 'dynamodb:GetItem', Resource: '*', Condition: "
        "{'ForAllValues:StringLike': {'dynamodb:LeadingKeys': ['LINK#*']}}}"
    )

    def read(*keys):
        return Need("dynamodb:GetItem", "arn:t", {"dynamodb:LeadingKeys": keys})

    assert role.allows(read("LINK#1", "LINK#2"))
    assert not role.allows(read("LINK#1", "inc-1"))


def test_a_condition_that_is_not_known_is_an_error(role_with):
    with pytest.raises(TemplateError, match="IpAddress"):
        role_with(
            "{Effect: Allow, Action: '*', Resource: '*',"
            " Condition: {IpAddress: {'aws:SourceIp': '10.0.0.0/8'}}}"
        )


def test_a_batch_needs_the_action_of_its_single_messages(permissions):
    needs = permissions.needed("sqs", "SendMessageBatch", {"QueueUrl": QUEUE, "Entries": []})

    actions = [need.action for need in needs]
    # The queue is encrypted with a key of our own.
    assert actions == ["sqs:SendMessage", "kms:GenerateDataKey", "kms:Decrypt"]


def test_a_transaction_needs_the_actions_of_its_items(permissions):
    table = "vigie-local-CountsTable"
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}

    needs = permissions.needed(
        "dynamodb",
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": table, "Item": key}},
                {"Update": {"TableName": table, "Key": key}},
                {"Delete": {"TableName": table, "Key": key}},
                {"ConditionCheck": {"TableName": table, "Key": key}},
            ]
        },
    )

    assert [need.action for need in needs] == [
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:ConditionCheckItem",
    ]
    assert {need.resource for need in needs} == {TABLE}
    assert {need.context["dynamodb:LeadingKeys"] for need in needs} == {("a",)}


def test_a_query_of_an_index_needs_the_index(permissions):
    asked = {"TableName": "vigie-local-CountsTable", "IndexName": "due"}

    (need,) = permissions.needed("dynamodb", "Query", asked)

    assert need.resource == f"{TABLE}/index/due"


def test_a_call_that_nobody_has_thought_of_is_an_error(permissions):
    with pytest.raises(UnknownCall, match=r"dynamodb\.UpdateTable"):
        permissions.needed("dynamodb", "UpdateTable", {})
