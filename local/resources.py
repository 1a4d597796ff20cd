"""Every resource type that the local cloud knows: what it plays, what it leaves out and why.

A type or property that is missing here stops the start: a part of the template that is silently
skipped would be tested nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local import names

TAGS = "tags are for bills and people"
TEXT = "text for people"
ENCRYPTION = "nothing is encrypted on one machine; the key's use is checked against the roles"
ALARM = "alarms are read and kept, never evaluated"
IDENTITY = "nobody assumes a role here; what it allows is checked"
BUILT = "code runs from the source folder, not from a built artefact"


def these(properties: str) -> frozenset[str]:
    return frozenset(properties.split())


def because(reason: str, properties: str) -> dict[str, str]:
    """All of `properties` (separated by spaces) are without effect for the same reason."""
    return dict.fromkeys(properties.split(), reason)


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type: properties played, properties without effect here (and why), names."""

    ref: names.Named
    played: frozenset[str] = frozenset()
    inert: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, names.Named] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "AWS::SQS::Queue": Kind(
        ref=names.queue_url,
        attributes={
            "Arn": names.arn_of("sqs", "", names.queue_name),
            "QueueName": names.queue_name,
        },
        played=these(
            "QueueName FifoQueue ContentBasedDeduplication DelaySeconds MaximumMessageSize "
            "MessageRetentionPeriod ReceiveMessageWaitTimeSeconds RedrivePolicy "
            "VisibilityTimeout KmsMasterKeyId"
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
        ref=names.identifier,
        inert={
            "PolicyDocument": "functions reach queues through their roles; no service sends here",
            "Queues": "see PolicyDocument",
        },
    ),
    "AWS::DynamoDB::Table": Kind(
        ref=names.table_name,
        attributes={"Arn": names.arn_of("dynamodb", "table/", names.table_name)},
        played=these(
            "TableName AttributeDefinitions KeySchema GlobalSecondaryIndexes BillingMode "
            "TimeToLiveSpecification"
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
        ref=names.topic_arn,
        attributes={"TopicArn": names.topic_arn, "TopicName": names.topic_name},
        played=these("TopicName KmsMasterKeyId"),
        inert={
            "DisplayName": "the inbox shows audience and channel instead",
            "SignatureVersion": "the inbox does not verify signatures",
            "TracingConfig": "no traces here",
            "Tags": TAGS,
        },
    ),
    "AWS::SNS::TopicPolicy": Kind(
        ref=names.identifier,
        inert={
            "PolicyDocument": "alarms are never evaluated, so no service publishes here",
            "Topics": "see PolicyDocument",
        },
    ),
    "AWS::SNS::Subscription": Kind(
        ref=names.identifier,
        played=these("TopicArn Protocol Endpoint FilterPolicy FilterPolicyScope"),
        inert={
            "RawMessageDelivery": "the inbox keeps the bare text",
            "RedrivePolicy": "a delivery into the inbox cannot fail",
        },
    ),
    "AWS::KMS::Key": Kind(
        ref=names.key_id,
        attributes={"Arn": names.arn_of("kms", "key/", names.key_id), "KeyId": names.key_id},
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
        ref=names.by_property("Name"),
        attributes={"Value": lambda place, logical_id, properties: properties["Value"]},
        played=these("Name Type Value"),
        inert={
            "Description": TEXT,
            "Tier": "no limit by tier here",
            "AllowedPattern": "checked by the template's own parameter",
            "Tags": TAGS,
        },
    ),
    "AWS::Lambda::Function": Kind(
        ref=names.function_name,
        attributes={"Arn": names.function_arn},
        played=these(
            "FunctionName Handler Role Timeout MemorySize Environment Layers LoggingConfig"
        ),
        inert={
            "Code": BUILT,
            "Description": TEXT,
            "Runtime": "code runs under the interpreter that runs this",
            "Architectures": "code runs on this machine's processor",
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
        ref=names.identifier,
        played=these(
            "FunctionName EventSourceArn BatchSize MaximumBatchingWindowInSeconds "
            "FunctionResponseTypes Enabled"
        ),
        inert={
            "ScalingConfig": "one function runs at a time here",
            "KmsKeyArn": ENCRYPTION,
            "MetricsConfig": "no metrics here",
            "Tags": TAGS,
        },
    ),
    "AWS::Lambda::EventInvokeConfig": Kind(
        ref=names.identifier,
        inert={
            "FunctionName": "see MaximumRetryAttempts",
            "Qualifier": "see MaximumRetryAttempts",
            "MaximumRetryAttempts": "a failed run of a schedule waits for the next one",
            "MaximumEventAgeInSeconds": "schedules are run on time here",
            "DestinationConfig": "a failed run of a schedule is shown, not sent",
        },
    ),
    "AWS::Lambda::LayerVersion": Kind(
        ref=names.arn_of("lambda", "layer:", names.by_property("LayerName")),
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
        ref=names.identifier,
        played=these("Action FunctionName Principal SourceArn"),
        inert={"SourceAccount": "there is one account here"},
    ),
    "AWS::IAM::Role": Kind(
        ref=names.role_name,
        attributes={"Arn": names.arn_of("iam", "role/", names.role_name, region=False)},
        played=these("RoleName Policies"),
        inert={
            "AssumeRolePolicyDocument": IDENTITY,
            "Description": TEXT,
            "MaxSessionDuration": IDENTITY,
            "Path": IDENTITY,
            "Tags": TAGS,
        },
    ),
    "AWS::IAM::Policy": Kind(ref=names.identifier, played=these("PolicyName PolicyDocument Roles")),
    "AWS::Logs::LogGroup": Kind(
        ref=names.log_group_name,
        attributes={"Arn": names.arn_of("logs", "log-group:", names.log_group_name, suffix=":*")},
        inert={
            "KmsKeyId": ENCRYPTION,
            "LogGroupClass": "log lines are kept in memory",
            "LogGroupName": "log lines are kept by function",
            "RetentionInDays": "log lines are kept in memory",
            "Tags": TAGS,
        },
    ),
    "AWS::Logs::MetricFilter": Kind(
        ref=names.identifier,
        inert=because(ALARM, "FilterName FilterPattern LogGroupName MetricTransformations"),
    ),
    "AWS::CloudWatch::Alarm": Kind(
        ref=names.alarm_name,
        attributes={"Arn": names.arn_of("cloudwatch", "alarm:", names.alarm_name)},
        inert=because(
            ALARM,
            "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator "
            "DatapointsToAlarm Dimensions EvaluationPeriods ExtendedStatistic "
            "InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic "
            "Threshold TreatMissingData Unit Tags",
        ),
    ),
    "AWS::CloudWatch::Dashboard": Kind(
        ref=names.by_property("DashboardName"),
        inert={"DashboardBody": ALARM, "DashboardName": ALARM},
    ),
    "AWS::Events::Rule": Kind(
        ref=names.rule_name,
        attributes={"Arn": names.arn_of("events", "rule/", names.rule_name)},
        played=these("Name ScheduleExpression State Targets"),
        inert={"Description": TEXT},
    ),
    "AWS::Scheduler::Schedule": Kind(
        ref=names.rule_name,
        attributes={"Arn": names.arn_of("scheduler", "schedule/default/", names.rule_name)},
        played=these("Name ScheduleExpression State Target"),
        inert={
            "Description": TEXT,
            "FlexibleTimeWindow": "schedules are run on time here",
            "KmsKeyArn": ENCRYPTION,
        },
    ),
    "AWS::ApiGatewayV2::Api": Kind(
        ref=names.identifier,
        attributes={
            "ApiEndpoint": lambda place, logical_id, properties: (
                f"https://{logical_id.lower()}.execute-api.{place.region}.amazonaws.com"
            ),
            "ApiId": names.identifier,
        },
        played=these("Body"),
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
        ref=names.by_property("StageName"),
        played=these("ApiId StageName"),
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
