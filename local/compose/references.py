"""What Terraform's references mean on this machine, where nothing was applied.

``${aws_ssm_parameter.x.arn}`` is the parameter's name, ``${aws_s3_bucket.x.id}`` the bucket's; an address that AWS
would choose is the resource's own name, which the containers then answer to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.compose.errors import Refused

# $${ and %%{ are Terraform's way to write ${ and %{ literally.
PARTS = re.compile(r"\$\$\{|%%\{|\$\{(?P<expression>[^{}]*)\}")
REMOTE = re.compile(r"data\.terraform_remote_state\.(?P<stack>[\w-]+)\.outputs\.(?P<output>[\w-]+)")
RESOURCE = re.compile(r"(?P<type>[a-z][a-z0-9_]*)\.(?P<name>[\w-]+)(?:\[0\])?\.(?P<attribute>[a-z0-9_]+)")
CALL = re.compile(r"(?:tostring|nonsensitive)\((?P<expression>.*)\)")
# Arguments that hold what AWS makes the id or ARN of.
NAMES = ("name", "bucket", "identifier", "family")

Stack = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Resolves references of ``stack``; ``others`` are the stacks whose outputs it reads, by their name there."""

    stack: Stack
    others: Mapping[str, Stack]

    def text(self, value: str) -> str:
        """``value`` with every reference replaced. Raises Refused at an expression that is more than a reference."""
        return PARTS.sub(self._part, value)

    def resource(self, reference: str, *, kind: str) -> tuple[str, Mapping[str, Any]] | None:
        """Name and body of the resource of type ``kind`` that a reference leads to; None where it leads elsewhere."""
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
        resource = RESOURCE.fullmatch(expression)
        if resource:
            return self._attribute(**resource.groupdict())
        raise Refused(f"${{{expression}}}: no reference to a resource or an output: a local run cannot know its value")

    def _other(self, name: str) -> Stack:
        if name not in self.others:
            raise Refused(f"remote state {name!r} is not among the synthesized stacks. Fix: make synth")
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
