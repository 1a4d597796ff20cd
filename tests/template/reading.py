"""The template as written and as translated by SAM, and how one part of it names another."""

import copy
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
PATH = ROOT / "template.yaml"
TEXT = PATH.read_text(encoding="utf-8")
SOURCE: dict[str, Any] = yaml_parse(TEXT)

FUNCTION = "AWS::Lambda::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
QUEUE = "AWS::SQS::Queue"
TABLE = "AWS::DynamoDB::Table"
TOPIC = "AWS::SNS::Topic"
ALARM = "AWS::CloudWatch::Alarm"
ROLE = "AWS::IAM::Role"
LOG_GROUP = "AWS::Logs::LogGroup"


@functools.cache
def translated() -> dict[str, Any]:
    """What CloudFormation gets; code and layers stand at an address of no importance."""
    source = copy.deepcopy(SOURCE)
    for resource in source["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-west-3"))
    result: dict[str, Any] = translator.translate(source, {})
    return result


def resources(*types: str) -> dict[str, dict[str, Any]]:
    """Properties of the translated resources of these types, by logical id."""
    found = translated()["Resources"].items()
    return {key: resource["Properties"] for key, resource in found if resource["Type"] in types}


def functions() -> dict[str, dict[str, Any]]:
    """Properties of the functions by name of their stage (`classify`)."""
    return {
        properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: properties
        for properties in resources(FUNCTION).values()
    }


def function_id(stage: str) -> str:
    """The logical id of a stage's function."""
    return next(key for key, value in resources(FUNCTION).items() if value == functions()[stage])


def role_of(stage: str) -> dict[str, Any]:
    """The properties of the role that a stage's function runs under."""
    return resources(ROLE)[named(functions()[stage]["Role"])]


def statements_of(stage: str) -> Iterator[dict[str, Any]]:
    """What a stage may do: Action and Resource always lists."""
    for policy in role_of(stage)["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement | {
                "Action": as_list(statement["Action"]),
                "Resource": as_list(statement["Resource"]),
            }


def dead_letters() -> set[str]:
    """Logical ids of the queues that another one redrives to."""
    return {
        named(properties["RedrivePolicy"]["deadLetterTargetArn"])
        for properties in resources(QUEUE).values()
        if "RedrivePolicy" in properties
    }


def working_queues() -> dict[str, dict[str, Any]]:
    """Properties of the queues that carry the flow."""
    return {key: value for key, value in resources(QUEUE).items() if key not in dead_letters()}


def consumers() -> dict[str, tuple[str, dict[str, Any]]]:
    """Queue → (function, event source mapping), by logical ids."""
    return {
        named(mapping["EventSourceArn"]): (named(mapping["FunctionName"]), mapping)
        for mapping in resources(MAPPING).values()
    }


def named(value: Any) -> str:
    """The logical id that a Ref, a GetAtt or a Sub of one thing points at; "" for a literal."""
    match value:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), *_]}:
            return name
        case {"Fn::GetAtt": str(name)}:
            return name.split(".")[0]
        case {"Fn::Sub": str(text)}:
            inner = [name for name in re.findall(r"\$\{([A-Za-z0-9]+)", text) if name != "AWS"]
            return inner[0] if inner else ""
    return ""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
