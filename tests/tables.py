"""The tables of template.yaml on moto, so that a test can never disagree with the deployment."""

from functools import cache
from pathlib import Path

import yaml

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
_KEPT = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms left as they are."""


def _short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template():
    return yaml.load(TEMPLATE.read_text(encoding="utf-8"), _Loader)


def create_tables(client):
    """Create every table of the template under its logical id; return the names."""
    names = {}
    for logical_id, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            properties = resource["Properties"]
            client.create_table(
                TableName=logical_id, **{k: properties[k] for k in _KEPT if k in properties}
            )
            names[logical_id] = logical_id
    return names
