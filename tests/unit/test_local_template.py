from pathlib import Path

import pytest

from local.intrinsics import TemplateError
from local.names import Place
from local.template import load

SMALL = Path(__file__).parents[1] / "e2e" / "small" / "template.yaml"

QUEUE = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 30}
"""


@pytest.fixture
def stack_of(tmp_path):
    def load_text(text, parameters=None):
        path = tmp_path / "template.yaml"
        path.write_text("Transform: AWS::Serverless-2016-10-31\n" + text, encoding="utf-8")
        return load(path, parameters)

    return load_text


def outputs(stack_of, text, parameters=None):
    return dict(stack_of(text, parameters).outputs)


def test_a_resource_type_that_is_not_known_is_an_error(stack_of):
    text = "Resources: {Bucket: {Type: AWS::S3::Bucket}}"

    with pytest.raises(TemplateError, match=r"Bucket.*AWS::S3::Bucket"):
        stack_of(text)


def test_a_property_that_is_not_known_is_an_error(stack_of):
    with pytest.raises(TemplateError, match=r"Queue.*VisibilityTimout.*AWS::SQS::Queue"):
        stack_of(QUEUE.replace("VisibilityTimeout", "VisibilityTimout"))


def test_an_attribute_of_a_resource_that_is_not_known_is_an_error(stack_of):
    with pytest.raises(TemplateError, match="CreationPolicy"):
        stack_of(QUEUE.replace("    Properties", "    CreationPolicy: {}\n    Properties"))


def test_a_reference_to_nothing_is_an_error(stack_of):
    with pytest.raises(TemplateError, match="Nowhere"):
        stack_of(QUEUE.replace("30", "!Ref Nowhere"))


def test_a_function_of_cloudformation_that_is_not_known_is_an_error(stack_of):
    with pytest.raises(TemplateError, match="Fn::ImportValue"):
        stack_of(QUEUE.replace("30", "!ImportValue other-stack"))


def test_a_parameter_without_a_value_is_an_error(stack_of):
    with pytest.raises(TemplateError, match="Seconds has no default"):
        stack_of("Parameters: {Seconds: {Type: Number}}" + QUEUE)


def test_a_value_that_a_parameter_does_not_allow_is_an_error(stack_of):
    text = "Parameters: {Stage: {Type: String, Default: a, AllowedPattern: '^[ab]$'}}" + QUEUE

    with pytest.raises(TemplateError, match="Stage must match"):
        stack_of(text, {"Stage": "c"})


def test_a_value_for_a_parameter_that_does_not_exist_is_an_error(stack_of):
    with pytest.raises(TemplateError, match="no parameter Stage"):
        stack_of(QUEUE, {"Stage": "c"})


def test_functions_of_cloudformation_become_plain_values(stack_of):
    text = """
Parameters:
  Stage: {Type: String, Default: test}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  Sizes: {test: {small: "1"}}
Conditions:
  IsTest: !Equals [!Ref Stage, test]
  IsOther: !And [!Condition IsTest, !Or [!Not [!Condition IsTest], !Equals [a, b]]]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queue, Condition: IsOther}
Outputs:
  Sub: {Value: !Sub "${Stage}-${!literal}-${AWS::AccountId}-${Queue.QueueName}"}
  SubWith: {Value: !Sub ["${Stage}-${Own}", {Own: !Ref Stage}]}
  Join: {Value: !Join ["/", [a, !Ref Stage, !GetAtt Queue.Arn]]}
  Select: {Value: !Select [1, !Ref Names]}
  Split: {Value: !Select [0, !Split [".", a.b]]}
  Map: {Value: !FindInMap [Sizes, !Ref Stage, small]}
  If: {Value: !If [IsOther, yes-it-is, no-it-is-not]}
  Gone: {Condition: IsOther, Value: !GetAtt Other.Arn}
"""

    assert outputs(stack_of, text) == {
        "Sub": "test-${literal}-123456789012-vigie-local-Queue",
        "SubWith": "test-test",
        "Join": "a/test/arn:aws:sqs:eu-west-3:123456789012:vigie-local-Queue",
        "Select": "b",
        "Split": "a",
        "Map": "1",
        "If": "no-it-is-not",
    }


def test_a_resource_whose_condition_does_not_hold_is_left_out():
    assert "OperationsMailSubscription" not in load(SMALL).resources

    stack = load(SMALL, {"OperationsMail": "operations@example.org"})

    subscription = stack.resources["OperationsMailSubscription"]
    assert subscription.properties["Endpoint"] == "operations@example.org"


def test_no_value_leaves_the_property_out(stack_of):
    stack = stack_of(QUEUE.replace("30", "!Ref AWS::NoValue"))

    assert stack.resources["Queue"].properties == {}


def test_names_are_those_that_aws_would_make():
    stack = load(SMALL, place=Place(region="eu-central-1", stack="other"))

    ordered = stack.resources["OrderedQueue"]
    assert ordered.ref.endswith("/other-OrderedQueue.fifo")
    assert ordered.arn == "arn:aws:sqs:eu-central-1:123456789012:other-OrderedQueue.fifo"
    # CloudFormation gives a log group's ARN with the wildcard for its streams.
    assert stack.resources["RelayLogs"].arn.endswith("log-group:/aws/lambda/other-RelayFunction:*")


def test_functions_keep_the_folder_of_their_source():
    assert load(SMALL).code["RelayFunction"] == SMALL.parent / "functions" / "relay"


def test_our_own_template_is_known_in_full():
    stack = load(Path("template.yaml"))

    assert {function.id for function in stack.of_type("AWS::Lambda::Function")} >= {
        "ClassifyFunction",
        "TriageFunction",
    }
