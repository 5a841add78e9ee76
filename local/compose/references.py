"""Resolves Terraform references of synthesized stacks without applying them.

``${aws_ssm_parameter.x.arn}`` becomes the parameter's name and ``${aws_s3_bucket.x.id}`` the bucket's name. An address
that AWS would choose becomes the resource's Terraform name, which the local container has as its network alias.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.compose.errors import PreconditionError

# $${ and %%{ are Terraform's escapes for ${ and %{.
PARTS = re.compile(r"\$\$\{|%%\{|\$\{(?P<expression>[^{}]*)\}")
REMOTE = re.compile(r"data\.terraform_remote_state\.(?P<stack>[\w-]+)\.outputs\.(?P<output>[\w-]+)")
RESOURCE = re.compile(r"(?P<type>[a-z][a-z0-9_]*)\.(?P<name>[\w-]+)(?:\[0\])?\.(?P<attribute>[a-z0-9_]+)")
CALL = re.compile(r"(?:tostring|nonsensitive)\((?P<expression>.*)\)")
JOINED = re.compile(r'join\(",", (?P<expression>.*)\)')
# Arguments that id and ARN of a resource are made of.
NAMES = ("name", "bucket", "identifier", "family")

Stack = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The references of one stack.

    Args:
        stack: Terraform JSON of the stack.
        others: stacks whose outputs ``stack`` reads, by the name of the ``terraform_remote_state``.
    """

    stack: Stack
    others: Mapping[str, Stack]

    def text(self, value: str) -> str:
        """Replace every reference in ``value``; raises PreconditionError for any other expression."""
        return PARTS.sub(self._part, value)

    def resource(self, reference: str, *, kind: str) -> tuple[str, Mapping[str, Any]] | None:
        """Name and body of the referenced resource; None where it is not of the type ``kind``."""
        found = RESOURCE.search(reference)
        if not found or found["type"] != kind:
            return None
        return found["name"], self.stack["resource"][kind][found["name"]]

    def _part(self, part: re.Match[str]) -> str:
        expression = part["expression"]
        return part.group()[1:] if expression is None else self._value(expression.strip())

    def _value(self, expression: str) -> str:
        called = CALL.fullmatch(expression)
        if called:
            return self._value(called["expression"])
        remote = REMOTE.fullmatch(expression)
        if remote:
            other = self._other(remote["stack"])
            value = str(other.get("output", {}).get(remote["output"], {}).get("value", remote["output"]))
            return References(stack=other, others={}).text(value)
        if expression.startswith("local."):
            return self.text(str(self.stack.get("locals", {}).get(expression.removeprefix("local."), expression)))
        joined = JOINED.fullmatch(expression)
        if joined:
            return self._value(joined["expression"])
        resource = RESOURCE.fullmatch(expression)
        if resource:
            return self._attribute(**resource.groupdict())
        raise PreconditionError(
            f"${{{expression}}}: a local run resolves references to resources and outputs only. "
            "Fix: use a literal value or such a reference in the task definition"
        )

    def _other(self, name: str) -> Stack:
        if name not in self.others:
            raise PreconditionError(f"remote state {name!r} is not among the synthesized stacks. Fix: make synth")
        return self.others[name]

    def _attribute(self, *, type: str, name: str, attribute: str) -> str:  # noqa: A002 - Terraform's word
        body = self.stack.get("resource", {}).get(type, {}).get(name, {})
        literal = body.get(attribute)
        if isinstance(literal, str | int | float):
            return self.text(str(literal))
        if attribute in {"arn", "id"}:
            named = next((body[argument] for argument in NAMES if argument in body), name)
            return self.text(str(named))
        return "1" if attribute == "version" else name.replace("_", "-")
