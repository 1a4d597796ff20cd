from collections import defaultdict

import pytest

from tests.template.reading import (
    QUEUE,
    ROLE,
    TABLE,
    TOPIC,
    as_list,
    consumers,
    dead_letters,
    function_id,
    functions,
    named,
    resources,
    role_of,
    statements_of,
    translated,
    walk,
)

# (resource, statement) → why AWS has nothing finer than a star there.
STARRED_RESOURCES = {
    ("DataKey", "TheAccountAdministersTheKeyThroughItsRoles"): "a key's own policy: this key",
    (
        "DataKey",
        "WhoeverMayUseTheTablesMayUseTheKeyThroughDynamoDB",
    ): "a key's own policy: this key",
    ("DataKey", "AlarmsReachTheEncryptedTopics"): "a key's own policy: this key",
}
STARRED_ACTIONS = {
    ("DataKey", "AlarmsReachTheEncryptedTopics", "kms:GenerateDataKey*"): (
        "what CloudWatch's documentation asks for: the variant that it calls is not promised"
    ),
}
RECEIVING = {
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
}
# What may be done where, at most: a longer list is a decision that belongs in this table.
TABLE_ACTIONS = {
    ("ingest_poll", "BrandsTable"): "GetItem PutItem UpdateItem",
    ("ingest_webhook", "BrandsTable"): "UpdateItem",
    ("triage", "BrandsTable"): "GetItem PutItem",
    ("triage", "MentionsTable"): "BatchGetItem PutItem UpdateItem",
    ("triage", "IncidentsTable"): "BatchGetItem PutItem ConditionCheckItem",
    ("escalate", "IncidentsTable"): "BatchGetItem GetItem PutItem UpdateItem DeleteItem",
    ("escalate", "BrandsTable"): "Query",
    (
        "api",
        "IncidentsTable",
    ): "BatchGetItem GetItem Query PutItem UpdateItem DeleteItem ConditionCheckItem",
    ("api", "IncidentsTable/index/open"): "Query",
    ("api", "IncidentsTable/index/by_brand"): "Query",
    ("api", "MentionsTable"): "BatchGetItem GetItem Query",
    ("api", "MentionsTable/index/by_incident"): "BatchGetItem GetItem Query",
    ("api", "BrandsTable"): "GetItem Query PutItem UpdateItem",
    ("watch", "IncidentsTable"): "BatchGetItem PutItem DeleteItem ConditionCheckItem",
    ("watch", "IncidentsTable/index/open"): "Query",
    ("refresh", "MentionsTable"): "BatchGetItem Scan",
    ("refresh", "MentionsTable/index/by_refresh"): "Query",
    ("refresh", "BrandsTable"): "GetItem PutItem UpdateItem",
    ("watch", "IncidentsTable/index/due"): "Query",
    ("watch", "BrandsTable"): "GetItem Query",
}


def test_no_managed_policy_is_attached_to_anything():
    assert not [
        key for key, _ in walk(translated()) if key in {"ManagedPolicyArns", "ManagedPolicy"}
    ]


def test_every_star_in_a_resource_is_listed_with_its_reason():
    starred = {
        (resource, statement.get("Sid"))
        for resource, statement in all_statements()
        for target in as_list(statement["Resource"])
        if "*" in str(target)
    }

    assert starred == STARRED_RESOURCES.keys()


def test_every_star_in_an_action_is_listed_with_its_reason():
    starred = {
        (resource, statement.get("Sid"), action)
        for resource, statement in all_statements()
        for action in as_list(statement["Action"])
        if "*" in action
    }

    assert starred == STARRED_ACTIONS.keys()


def test_no_policy_allows_by_exclusion():
    for _, statement in all_statements():
        assert statement["Effect"] == "Allow"
        assert not statement.keys() & {"NotAction", "NotResource", "NotPrincipal"}


@pytest.mark.parametrize("stage", functions())
def test_only_lambda_takes_a_function_s_role(stage):
    (statement,) = role_of(stage)["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


@pytest.mark.parametrize("stage", functions())
def test_a_function_takes_from_the_queues_that_feed_it_and_from_no_other(stage):
    taken = {name for name, actions in allowed(stage, "sqs:").items() if actions & RECEIVING}
    feeding = {queue for queue, (it, _) in consumers().items() if it == function_id(stage)}
    if stage == "refresh":  # takes erased posts out of the dead letters that hold words
        feeding = dead_letters() & {
            named(value) for value in functions()[stage]["Environment"]["Variables"].values()
        }

    assert taken == feeding
    assert all(allowed(stage, "sqs:")[queue] >= RECEIVING for queue in feeding)


@pytest.mark.parametrize("stage", functions())
def test_a_function_may_use_what_its_environment_names_and_nothing_else(stage):
    ours = resources(QUEUE, TABLE, TOPIC).keys() | {
        "XBearerTokenParameter",
        "XConsumerSecretParameter",
    }
    told = {named(it) for it in functions()[stage]["Environment"]["Variables"].values()} & ours
    may_use = {named(it) for one in statements_of(stage) for it in one["Resource"]} & ours

    assert may_use == told


@pytest.mark.parametrize("stage", functions())
def test_table_actions_are_those_that_the_function_calls(stage):
    expected = {
        target: {f"dynamodb:{action}" for action in actions.split()}
        for (owner, target), actions in TABLE_ACTIONS.items()
        if owner == stage
    }

    assert allowed(stage, "dynamodb:") == expected


@pytest.mark.parametrize(
    ("stage", "secret"),
    [
        ("ingest_poll", "XBearerTokenParameter"),
        ("refresh", "XBearerTokenParameter"),
        ("ingest_webhook", "XConsumerSecretParameter"),
    ],
)
def test_a_secret_of_x_is_read_by_those_who_need_it(stage, secret):
    assert stage in holders("ssm:GetParameter")
    assert allowed(stage, "ssm:") == {secret: {"ssm:GetParameter"}}


def test_only_escalate_pages():
    assert holders("sns:Publish") == {"escalate"}


def test_only_watch_sees_who_is_subscribed_and_nobody_changes_it():
    assert holders("sns:ListSubscriptionsByTopic") == {"watch"}
    assert allowed("watch", "sns:") == {"AlertsTopic": {"sns:ListSubscriptionsByTopic"}}
    for action in ("Subscribe", "Unsubscribe", "SetSubscriptionAttributes", "AddPermission"):
        assert holders(f"sns:{action}") == set()


@pytest.mark.parametrize("stage", functions())
def test_beyond_its_work_a_function_may_use_the_key_and_write_its_own_logs(stage):
    services = ("sqs:", "dynamodb:", "sns:", "ssm:")
    rest = {
        (action, named(target))
        for statement in statements_of(stage)
        for action in statement["Action"]
        for target in statement["Resource"]
        if not action.startswith(services)
    }
    logs = named(functions()[stage]["LoggingConfig"]["LogGroup"])

    assert rest == {
        ("kms:Decrypt", "DataKey"),
        ("kms:GenerateDataKey", "DataKey"),
        ("logs:CreateLogStream", logs),
        ("logs:PutLogEvents", logs),
    }


def all_statements():
    for name, resource in translated()["Resources"].items():
        for key, value in walk(resource):
            if key == "Statement":
                for statement in as_list(value):
                    if resource["Type"] == ROLE and "Resource" not in statement:
                        continue  # who may take the role: has no resource
                    yield name, statement


def allowed(stage, service):
    granted = defaultdict(set)
    for statement in statements_of(stage):
        for target in statement["Resource"]:
            name = named(target)
            text = target.get("Fn::Sub", "") if isinstance(target, dict) else ""
            if "/index/" in text:
                name += text.partition("}")[2]
            granted[name] |= {it for it in statement["Action"] if it.startswith(service)}
    return {name: actions for name, actions in granted.items() if actions}


def holders(action):
    return {
        stage
        for stage in functions()
        if any(action in statement["Action"] for statement in statements_of(stage))
    }
