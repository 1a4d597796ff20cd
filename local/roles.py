"""What a function's role allows, read from the translated template."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from local.intrinsics import TemplateError
from local.template import Resource, Stack

# Values of an IAM condition: key -> what the request carries. All we evaluate; others are refused.
Context = Mapping[str, tuple[str, ...]]

_OPERATORS = {
    "StringEquals",
    "StringLike",
    "ArnEquals",
    "ArnLike",
    "Bool",
    "ForAllValues:StringEquals",
    "ForAllValues:StringLike",
    "ForAllValues:StringNotEquals",
}
_KEYS = {
    "dynamodb:LeadingKeys",
    "kms:ViaService",
    "aws:SecureTransport",
    "kms:CallerAccount",
    "aws:SourceAccount",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call needs."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    def covers(self, need: Need) -> bool:
        return (
            any(_matches(pattern.lower(), need.action.lower()) for pattern in self.actions)
            and any(_matches(pattern, need.resource) for pattern in self.resources)
            and all(self._holds(*condition, need.context) for condition in self.conditions)
        )

    @staticmethod
    def _holds(operator: str, key: str, wanted: tuple[str, ...], context: Context) -> bool:
        given = context.get(key, ())
        if not given:
            return operator.startswith("ForAllValues:")
        if operator.endswith("StringNotEquals"):
            return not set(wanted) & set(given)
        like = not operator.endswith("Equals")
        return all(
            any(_matches(one, value) if like else one == value for one in wanted) for value in given
        )


class Role:
    """The statements of one role."""

    def __init__(self, name: str, statements: Iterable[Statement]) -> None:
        self.name = name
        self._statements = tuple(statements)
        self._known: dict[tuple[str, str], bool] = {}
        self._conditional = any(statement.conditions for statement in self._statements)

    def allows(self, need: Need) -> bool:
        if self._conditional and need.context:
            return self._decide(need)
        key = (need.action, need.resource)
        if key not in self._known:
            self._known[key] = self._decide(need)
        return self._known[key]

    def _decide(self, need: Need) -> bool:
        effects = {each.effect for each in self._statements if each.covers(need)}
        return "Allow" in effects and "Deny" not in effects


def roles_of(stack: Stack) -> dict[str, Role]:
    """The roles by ARN, inline policies and attached AWS::IAM::Policy resources together."""
    documents: dict[str, list[Mapping[str, Any]]] = {}
    by_name: dict[str, Resource] = {}
    for role in stack.of_type("AWS::IAM::Role"):
        policies = role.properties.get("Policies", [])
        documents[role.id] = [policy["PolicyDocument"] for policy in policies]
        by_name[role.ref] = role
    for policy in stack.of_type("AWS::IAM::Policy"):
        for name in policy.properties.get("Roles", []):
            documents[by_name[name].id].append(policy.properties["PolicyDocument"])
    return {
        str(role.arn): Role(
            role.id,
            [
                _statement(role.id, raw)
                for document in documents[role.id]
                for raw in _as_list(document["Statement"])
            ],
        )
        for role in by_name.values()
    }


def _statement(role: str, raw: Mapping[str, Any]) -> Statement:
    for name in raw.keys() - {"Sid", "Effect", "Action", "Resource", "Condition"}:
        raise TemplateError(f"{role}: the local cloud does not know {name} in a policy statement")
    conditions = []
    for operator, keys in raw.get("Condition", {}).items():
        for key, wanted in keys.items():
            if operator not in _OPERATORS or key not in _KEYS:
                raise TemplateError(
                    f"{role}: the local cloud does not know the condition {operator} on {key}"
                )
            conditions.append((operator, key, tuple(str(one) for one in _as_list(wanted))))
    return Statement(
        effect=raw["Effect"],
        actions=tuple(_as_list(raw["Action"])),
        resources=tuple(_as_list(raw["Resource"])),
        conditions=tuple(conditions),
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
