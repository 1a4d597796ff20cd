"""Reads `template.yaml`, translates it as AWS would, and gives every resource with plain values."""

import copy
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from local.intrinsics import Resolver, TemplateError
from local.names import Place
from local.resources import KINDS

# What CloudFormation accepts beside Properties. None of it changes how the resource behaves here.
KNOWN_ATTRIBUTES = {
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of the translated template, every reference resolved."""

    id: str
    type: str
    ref: str
    arn: str | None
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The translated template: resources by logical id, outputs, source folders of functions."""

    place: Place
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Any]
    parameters: Mapping[str, Any]
    code: Mapping[str, Path] = field(default_factory=dict)

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.type in types]

    def by_arn(self, arn: str) -> Resource:
        for resource in self.resources.values():
            if resource.arn == arn or resource.ref == arn:
                return resource
        raise TemplateError(f"nothing in the template has the ARN {arn}")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub` and so on)."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def load(
    path: Path, parameters: Mapping[str, Any] | None = None, place: Place | None = None
) -> Stack:
    """Translate the template at `path`. Raises TemplateError for what is not known."""
    place = place or Place()
    # Tests start hundreds of clouds: most of a start would be reading the same text again.
    translated, code = _read(path, path.stat().st_mtime_ns, place)
    return _resolved(copy.deepcopy(translated), dict(parameters or {}), place, code)


@lru_cache(maxsize=8)
def _read(path: Path, modified: int, place: Place) -> tuple[dict[str, Any], dict[str, Path]]:
    source = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    code = _take_code(source, path.parent)
    return _translated(source, place), code


def _take_code(source: dict[str, Any], folder: Path) -> dict[str, Path]:
    """Give the source folder of each function, and put a package's address in its place."""
    code = {}
    shared = source.get("Globals", {}).get("Function", {}).get("CodeUri")
    for logical_id, resource in source["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            code[logical_id] = folder / (properties.get("CodeUri") or shared or ".")
            properties["CodeUri"] = "s3://local/function.zip"
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = "s3://local/layer.zip"
    return code


def _translated(source: dict[str, Any], place: Place) -> dict[str, Any]:
    from samtranslator.translator.transform import transform

    # The translator warns that nobody reads the statistics that it keeps of itself.
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = place.region  # the translator asks boto3 for the partition
    try:
        translated: dict[str, Any] = transform(copy.deepcopy(source), {}, _NoManagedPolicies())
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before
    # The translator returns some values as subclasses of dict and str; plain ones from here on.
    plain: dict[str, Any] = json.loads(json.dumps(translated, default=str))
    return plain


def _resolved(
    template: dict[str, Any], overrides: dict[str, Any], place: Place, code: dict[str, Path]
) -> Stack:
    for logical_id, resource in template["Resources"].items():
        _check_known(logical_id, resource)
    resolver = Resolver(template, overrides, place)
    resources = {}
    for logical_id in resolver.live_resources():
        kind = template["Resources"][logical_id]["Type"]
        resources[logical_id] = Resource(
            id=logical_id,
            type=kind,
            ref=resolver.ref(logical_id),
            arn=_arn_of(resolver, logical_id, kind),
            properties=resolver.properties(logical_id),
        )
    outputs = {
        name: resolver.value(output["Value"])
        for name, output in template.get("Outputs", {}).items()
        if resolver.holds(output.get("Condition"))
    }
    return Stack(
        place=place,
        resources=resources,
        outputs=outputs,
        parameters=resolver.parameters,
        code=code,
    )


def _arn_of(resolver: Resolver, logical_id: str, kind: str) -> str | None:
    for name in ("Arn", "TopicArn"):
        if name in KINDS[kind].attributes:
            return str(resolver.attribute(logical_id, name))
    return None


def _check_known(logical_id: str, resource: Mapping[str, Any]) -> None:
    kind = KINDS.get(resource["Type"])
    if kind is None:
        raise TemplateError(
            f"{logical_id}: the local cloud does not know the resource type {resource['Type']}. "
            "Teach local/resources.py what to play of it, or why it can be left out."
        )
    for attribute in resource.keys() - KNOWN_ATTRIBUTES:
        raise TemplateError(f"{logical_id}: the attribute {attribute} is not known")
    for name in sorted(resource.get("Properties", {}).keys() - kind.played - kind.inert.keys()):
        raise TemplateError(
            f"{logical_id}: the local cloud does not know the property {name} of "
            f"{resource['Type']}. Teach local/resources.py to play it, or why it can be left out."
        )
