"""Turns CloudFormation's references, conditions and substitutions into plain values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from local.names import Place
from local.resources import KINDS

_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateError(Exception):
    """The template says something that the local cloud cannot play; the text says what."""


class Resolver:
    """Resolves one translated template. Names are computed, so nothing need exist yet."""

    def __init__(
        self, template: Mapping[str, Any], overrides: Mapping[str, Any], place: Place
    ) -> None:
        self._template = template
        self._place = place
        self._properties: dict[str, dict[str, Any]] = {}
        self._open: list[str] = []
        self._pseudo: dict[str, Any] = {
            "AWS::AccountId": place.account,
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": place.partition,
            "AWS::Region": place.region,
            "AWS::StackId": place.arn("cloudformation", f"stack/{place.stack}/local"),
            "AWS::StackName": place.stack,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.parameters = self._parameter_values(overrides)
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Condition": self.holds,
            "Fn::And": lambda parts: all(self.value(part) for part in parts),
            "Fn::Equals": self._equals,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Not": lambda parts: not self.value(parts[0]),
            "Fn::Or": lambda parts: any(self.value(part) for part in parts),
            "Fn::Select": self._select,
            "Fn::Split": lambda parts: str(self.value(parts[1])).split(self.value(parts[0])),
            "Fn::Sub": self._sub,
            "Ref": self.ref,
        }

    def live_resources(self) -> list[str]:
        """The logical ids whose condition holds, in the template's order."""
        resources = self._template["Resources"]
        return [id for id, resource in resources.items() if self.holds(resource.get("Condition"))]

    def holds(self, condition: str | None) -> bool:
        if condition is None:
            return True
        conditions = self._template.get("Conditions", {})
        if condition not in conditions:
            raise TemplateError(f"the condition {condition} is not defined")
        return bool(self.value(conditions[condition]))

    def properties(self, logical_id: str) -> dict[str, Any]:
        if logical_id not in self._properties:
            if logical_id in self._open:
                raise TemplateError(f"resources refer to each other: {self._open}")
            self._open.append(logical_id)
            raw = self._template["Resources"][logical_id].get("Properties", {})
            self._properties[logical_id] = self.value(raw)
            self._open.pop()
        return self._properties[logical_id]

    def ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        kind = self._kind(name)
        return KINDS[kind].ref(self._place, name, self._naming(name))

    def attribute(self, logical_id: str, attribute: str) -> Any:
        kind = self._kind(logical_id)
        named = KINDS[kind].attributes.get(attribute)
        if named is None:
            raise TemplateError(
                f"{logical_id}: the local cloud does not know the attribute {attribute} of {kind}"
            )
        return named(self._place, logical_id, self._naming(logical_id))

    def value(self, node: Any) -> Any:
        """Give `node` with every function replaced by what it stands for."""
        if isinstance(node, dict):
            if len(node) == 1:
                name, argument = next(iter(node.items()))
                if name in self._functions and (name != "Condition" or isinstance(argument, str)):
                    return self._functions[name](argument)
                if name.startswith("Fn::"):
                    raise TemplateError(f"the local cloud does not know the function {name}")
            pairs = ((key, self.value(inner)) for key, inner in node.items())
            return {key: inner for key, inner in pairs if inner is not _NO_VALUE}
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not _NO_VALUE]
        return node

    def _kind(self, logical_id: str) -> str:
        resource = self._template["Resources"].get(logical_id)
        if resource is None:
            raise TemplateError(f"{logical_id} is neither a parameter nor a resource")
        return str(resource["Type"])

    def _naming(self, logical_id: str) -> dict[str, Any]:
        """Only what names are made of, so that two resources may refer to each other."""
        raw = self._template["Resources"][logical_id].get("Properties", {})
        named = {
            name: self.value(raw[name])
            for name in raw
            if name.endswith("Name") or name in {"FifoQueue", "Value"}
        }
        return {name: value for name, value in named.items() if value is not _NO_VALUE}

    def _parameter_values(self, overrides: Mapping[str, Any]) -> dict[str, Any]:
        declared = self._template.get("Parameters", {})
        for name in overrides.keys() - declared.keys():
            raise TemplateError(f"the template has no parameter {name}")
        values = {}
        for name, parameter in declared.items():
            if name not in overrides and "Default" not in parameter:
                raise TemplateError(f"the parameter {name} has no default: give it a value")
            value = overrides.get(name, parameter.get("Default"))
            _check_parameter(name, parameter, value)
            if parameter.get("Type") == "CommaDelimitedList":
                value = [part.strip() for part in str(value).split(",")]
            values[name] = value
        return values

    def _equals(self, parts: list[Any]) -> bool:
        return str(self.value(parts[0])) == str(self.value(parts[1]))

    def _if(self, parts: list[Any]) -> Any:
        condition, then, otherwise = parts
        return self.value(then if self.holds(condition) else otherwise)

    def _join(self, parts: list[Any]) -> str:
        return str(parts[0]).join(str(part) for part in self.value(parts[1]))

    def _select(self, parts: list[Any]) -> Any:
        return self.value(parts[1])[int(self.value(parts[0]))]

    def _find_in_map(self, parts: list[Any]) -> Any:
        table, row, column = (self.value(part) for part in parts)
        try:
            return self._template["Mappings"][table][row][column]
        except KeyError as error:
            raise TemplateError(f"no mapping {table}.{row}.{column}") from error

    def _get_att(self, argument: str | list[str]) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        return self.attribute(parts[0], str(self.value(parts[1])))

    def _sub(self, argument: str | list[Any]) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        values = self.value(given)

        def replaced(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            if name in values:
                return str(values[name])
            return str(self._get_att(name) if "." in name else self.ref(name))

        return _PLACEHOLDER.sub(replaced, text)


def _check_parameter(name: str, parameter: Mapping[str, Any], value: Any) -> None:
    allowed = parameter.get("AllowedValues")
    if allowed and str(value) not in [str(one) for one in allowed]:
        raise TemplateError(f"the parameter {name} must be one of {allowed}, not {value!r}")
    pattern = parameter.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, str(value)):
        raise TemplateError(f"the parameter {name} must match {pattern}, unlike {value!r}")
