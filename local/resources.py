"""Every resource type that the local cloud knows: what it plays, what it leaves out and why.

A type or property that is missing here stops the start: a part of the template that is silently
skipped would be tested nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TAGS = "tags are for bills and people"
TEXT = "text for people"
ENCRYPTION = "nothing is encrypted on one machine; the key's use is checked against the roles"
ALARM = "alarms are read and kept, never evaluated"
IDENTITY = "nobody assumes a role here; what it allows is checked"
BUILT = "code runs from the source folder, not from a built artefact"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the stack would stand."""

    account: str = "123456789012"
    region: str = "eu-west-3"
    partition: str = "aws"
    stack: str = "vigie-local"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


# (place, logical id, resolved properties) -> the text that Ref or Fn::GetAtt gives.
Named = Callable[[Place, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type: properties played, properties without effect here (and why), names."""

    ref: Named
    played: frozenset[str] = frozenset()
    inert: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Named] = field(default_factory=dict)


def _name(prop: str, suffix: Callable[[Mapping[str, Any]], str] = lambda p: "") -> Named:
    def named(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
        return str(properties.get(prop) or f"{place.stack}-{logical_id}{suffix(properties)}")

    return named


def _arn(service: str, prefix: str, name: Named, *, region: bool = True) -> Named:
    def arn(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
        resource = f"{prefix}{name(place, logical_id, properties)}"
        if region:
            return place.arn(service, resource)
        return f"arn:{place.partition}:{service}::{place.account}:{resource}"

    return arn


def _queue_url(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
    name = _queue_name(place, logical_id, properties)
    return f"https://sqs.{place.region}.amazonaws.com/{place.account}/{name}"


def _identifier(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
    return logical_id.lower()


def _key_id(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
    # The shape of a key id, the same on every start.
    return f"00000000-0000-4000-8000-{logical_id.lower().encode().hex()[:12]:0<12}"


_queue_name = _name("QueueName", lambda p: ".fifo" if p.get("FifoQueue") else "")
_table_name = _name("TableName")
_topic_name = _name("TopicName")
_topic_arn = _arn("sns", "", _topic_name)
_function_name = _name("FunctionName")
_function_arn = _arn("lambda", "function:", _function_name)
_role_name = _name("RoleName")
_log_group_name = _name("LogGroupName")
_rule_name = _name("Name")
_alarm_name = _name("AlarmName")

KINDS: Mapping[str, Kind] = {
    "AWS::SQS::Queue": Kind(
        ref=_queue_url,
        attributes={"Arn": _arn("sqs", "", _queue_name), "QueueName": _queue_name},
        played=frozenset(
            {
                "QueueName",
                "FifoQueue",
                "ContentBasedDeduplication",
                "DelaySeconds",
                "MaximumMessageSize",
                "MessageRetentionPeriod",
                "ReceiveMessageWaitTimeSeconds",
                "RedrivePolicy",
                "VisibilityTimeout",
                "KmsMasterKeyId",
            }
        ),
        inert={
            "KmsDataKeyReusePeriodSeconds": ENCRYPTION,
            "SqsManagedSseEnabled": ENCRYPTION,
            "DeduplicationScope": "deduplication is by queue, the stricter of the two",
            "FifoThroughputLimit": "throughput is not limited here",
            "RedriveAllowPolicy": "only the template's own queues name a dead-letter queue",
            "Tags": TAGS,
        },
    ),
    "AWS::SQS::QueuePolicy": Kind(
        ref=_identifier,
        inert={
            "PolicyDocument": "functions reach queues through their roles; no service sends here",
            "Queues": "see PolicyDocument",
        },
    ),
    "AWS::DynamoDB::Table": Kind(
        ref=_table_name,
        attributes={"Arn": _arn("dynamodb", "table/", _table_name)},
        played=frozenset(
            {
                "TableName",
                "AttributeDefinitions",
                "KeySchema",
                "GlobalSecondaryIndexes",
                "BillingMode",
                "TimeToLiveSpecification",
            }
        ),
        inert={
            "PointInTimeRecoverySpecification": "nothing is restored on one machine",
            "SSESpecification": ENCRYPTION,
            "DeletionProtectionEnabled": "the tables live as long as the process",
            "ContributorInsightsSpecification": "no hot-key report here",
            "OnDemandThroughput": "throughput is not limited here",
            "Tags": TAGS,
        },
    ),
    "AWS::SNS::Topic": Kind(
        ref=_topic_arn,
        attributes={"TopicArn": _topic_arn, "TopicName": _topic_name},
        played=frozenset({"TopicName", "KmsMasterKeyId"}),
        inert={
            "DisplayName": "the inbox shows audience and channel instead",
            "SignatureVersion": "the inbox does not verify signatures",
            "TracingConfig": "no traces here",
            "Tags": TAGS,
        },
    ),
    "AWS::SNS::TopicPolicy": Kind(
        ref=_identifier,
        inert={
            "PolicyDocument": "alarms are never evaluated, so no service publishes here",
            "Topics": "see PolicyDocument",
        },
    ),
    "AWS::SNS::Subscription": Kind(
        ref=_identifier,
        played=frozenset({"TopicArn", "Protocol", "Endpoint", "FilterPolicy", "FilterPolicyScope"}),
        inert={
            "RawMessageDelivery": "the inbox keeps the bare text",
            "RedrivePolicy": "a delivery into the inbox cannot fail",
        },
    ),
    "AWS::KMS::Key": Kind(
        ref=_key_id,
        attributes={"Arn": _arn("kms", "key/", _key_id), "KeyId": _key_id},
        inert={
            "Description": TEXT,
            "EnableKeyRotation": ENCRYPTION,
            "Enabled": ENCRYPTION,
            "KeyPolicy": "roles are checked; the key's policy is asserted by the template tests",
            "KeySpec": ENCRYPTION,
            "KeyUsage": ENCRYPTION,
            "PendingWindowInDays": "keys are never deleted here",
            "RotationPeriodInDays": ENCRYPTION,
            "Tags": TAGS,
        },
    ),
    "AWS::KMS::Alias": Kind(
        ref=lambda place, logical_id, properties: properties["AliasName"],
        inert={"AliasName": TEXT, "TargetKeyId": ENCRYPTION},
    ),
    "AWS::SSM::Parameter": Kind(
        ref=_name("Name"),
        attributes={"Value": lambda place, logical_id, properties: properties["Value"]},
        played=frozenset({"Name", "Type", "Value"}),
        inert={
            "Description": TEXT,
            "Tier": "no limit by tier here",
            "AllowedPattern": "checked by the template's own parameter",
            "Tags": TAGS,
        },
    ),
    "AWS::Lambda::Function": Kind(
        ref=_function_name,
        attributes={"Arn": _function_arn},
        played=frozenset(
            {"FunctionName", "Handler", "Role", "Timeout", "MemorySize", "Environment", "Layers"}
        ),
        inert={
            "Code": BUILT,
            "Description": TEXT,
            "Runtime": "code runs under the interpreter that runs this",
            "Architectures": "code runs on this machine's processor",
            "LoggingConfig": "log lines are kept in memory, as they are written",
            "ReservedConcurrentExecutions": "one function runs at a time here",
            "KmsKeyArn": ENCRYPTION,
            "EphemeralStorage": "the disk is this machine's",
            "TracingConfig": "no traces here",
            "RecursiveLoop": "Lambda's own guard; ours is the limit of rounds at one instant",
            "RuntimeManagementConfig": "code runs under the interpreter that runs this",
            "Tags": TAGS,
        },
    ),
    "AWS::Lambda::EventSourceMapping": Kind(
        ref=_identifier,
        played=frozenset(
            {
                "FunctionName",
                "EventSourceArn",
                "BatchSize",
                "MaximumBatchingWindowInSeconds",
                "FunctionResponseTypes",
                "Enabled",
            }
        ),
        inert={
            "ScalingConfig": "one function runs at a time here",
            "KmsKeyArn": ENCRYPTION,
            "MetricsConfig": "no metrics here",
            "Tags": TAGS,
        },
    ),
    "AWS::Lambda::EventInvokeConfig": Kind(
        ref=_identifier,
        inert={
            "FunctionName": "see MaximumRetryAttempts",
            "Qualifier": "see MaximumRetryAttempts",
            "MaximumRetryAttempts": "a failed run of a schedule waits for the next one",
            "MaximumEventAgeInSeconds": "schedules are run on time here",
            "DestinationConfig": "a failed run of a schedule is shown, not sent",
        },
    ),
    "AWS::Lambda::LayerVersion": Kind(
        ref=_arn("lambda", "layer:", _name("LayerName")),
        inert={
            "CompatibleArchitectures": BUILT,
            "CompatibleRuntimes": BUILT,
            "Content": BUILT,
            "Description": TEXT,
            "LayerName": TEXT,
            "LicenseInfo": TEXT,
        },
    ),
    "AWS::Lambda::Permission": Kind(
        ref=_identifier,
        inert={
            name: "routes and schedules reach their function by name here"
            for name in ("Action", "FunctionName", "Principal", "SourceArn", "SourceAccount")
        },
    ),
    "AWS::IAM::Role": Kind(
        ref=_role_name,
        attributes={"Arn": _arn("iam", "role/", _role_name, region=False)},
        played=frozenset({"RoleName", "Policies"}),
        inert={
            "AssumeRolePolicyDocument": IDENTITY,
            "Description": TEXT,
            "MaxSessionDuration": IDENTITY,
            "Path": IDENTITY,
            "Tags": TAGS,
        },
    ),
    "AWS::IAM::Policy": Kind(
        ref=_identifier, played=frozenset({"PolicyName", "PolicyDocument", "Roles"})
    ),
    "AWS::Logs::LogGroup": Kind(
        ref=_log_group_name,
        attributes={"Arn": _arn("logs", "log-group:", _log_group_name)},
        inert={
            "KmsKeyId": ENCRYPTION,
            "LogGroupClass": "log lines are kept in memory",
            "LogGroupName": "log lines are kept by function",
            "RetentionInDays": "log lines are kept in memory",
            "Tags": TAGS,
        },
    ),
    "AWS::Logs::MetricFilter": Kind(
        ref=_identifier,
        inert={name: ALARM for name in ("FilterName", "FilterPattern", "LogGroupName")}
        | {"MetricTransformations": ALARM},
    ),
    "AWS::CloudWatch::Alarm": Kind(
        ref=_alarm_name,
        attributes={"Arn": _arn("cloudwatch", "alarm:", _alarm_name)},
        inert={
            name: ALARM
            for name in (
                "ActionsEnabled",
                "AlarmActions",
                "AlarmDescription",
                "AlarmName",
                "ComparisonOperator",
                "DatapointsToAlarm",
                "Dimensions",
                "EvaluationPeriods",
                "ExtendedStatistic",
                "InsufficientDataActions",
                "MetricName",
                "Metrics",
                "Namespace",
                "OKActions",
                "Period",
                "Statistic",
                "Threshold",
                "TreatMissingData",
                "Unit",
                "Tags",
            )
        },
    ),
    "AWS::CloudWatch::Dashboard": Kind(
        ref=_name("DashboardName"), inert={"DashboardBody": ALARM, "DashboardName": ALARM}
    ),
    "AWS::Events::Rule": Kind(
        ref=_rule_name,
        attributes={"Arn": _arn("events", "rule/", _rule_name)},
        played=frozenset({"Name", "ScheduleExpression", "State", "Targets"}),
        inert={"Description": TEXT},
    ),
    "AWS::Scheduler::Schedule": Kind(
        ref=_rule_name,
        attributes={"Arn": _arn("scheduler", "schedule/default/", _rule_name)},
        played=frozenset({"Name", "ScheduleExpression", "State", "Target"}),
        inert={
            "Description": TEXT,
            "FlexibleTimeWindow": "schedules are run on time here",
            "KmsKeyArn": ENCRYPTION,
        },
    ),
    "AWS::ApiGatewayV2::Api": Kind(
        ref=_identifier,
        attributes={
            "ApiEndpoint": lambda place, logical_id, properties: (
                f"https://{logical_id.lower()}.execute-api.{place.region}.amazonaws.com"
            ),
            "ApiId": _identifier,
        },
        played=frozenset({"Body"}),
        inert={
            "CorsConfiguration": "browsers on this machine use the same origin",
            "Description": TEXT,
            "DisableExecuteApiEndpoint": "the address is 127.0.0.1",
            "FailOnWarnings": "the import is this program's own",
            "Name": TEXT,
            "Tags": TAGS,
        },
    ),
    "AWS::ApiGatewayV2::Stage": Kind(
        ref=_name("StageName"),
        played=frozenset({"ApiId", "StageName"}),
        inert={
            "AccessLogSettings": "no access log here",
            "AutoDeploy": "routes are read once",
            "DefaultRouteSettings": "requests are not throttled here",
            "RouteSettings": "requests are not throttled here",
            "Description": TEXT,
            "Tags": TAGS,
        },
    ),
}
