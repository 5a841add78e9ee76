"""The base class of rules about resource policies: documents with principals in any argument of any resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding
from terraform_gate.reading.json_document import document
from terraform_gate.rules.shared.statement_rule import RESOURCE, StatementRule
from terraform_gate.terraform_resource import Resource, items

_NO_GRANTS = frozenset({"aws_iam_role", "aws_vpc_endpoint", "aws_vpc_endpoint_policy"})
"""Trust policies have separate rules; an endpoint policy limits requests and grants nothing."""
_MARKS = ('"Principal"', '"NotPrincipal"')
_TRUST_KEYS = frozenset({"AssumeRolePolicyDocument", "assume_role_policy"})


class ResourcePolicyRule(StatementRule):
    """A rule about each statement of each resource policy, wherever a resource contains one."""

    documents = RESOURCE
    resource_types = ("aws_*", "awscc_*")

    def __init_subclass__(cls) -> None:
        """Keep ``resource_types``: the rule evaluates every type."""

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate the documents of every resource."""
        for resource in configuration.resources.values():
            if not resource.is_data and resource.type not in _NO_GRANTS:
                for value in documents_with_principals(resource, configuration):
                    yield from self.evaluate_document(resource, value, configuration)


def documents_with_principals(resource: Resource, configuration: Configuration) -> Iterator[Any]:
    """Yield the resource policies of a resource: the arguments that always are one, and any text that contains one."""
    known = RESOURCE.get(resource.type)
    if known and resource.get(known) is not None:
        yield resource.get(known)
    for name, value in resource.body.items():
        if name not in {known, "assume_role_policy"}:
            yield from _documents_in(value, configuration)


def _documents_in(value: Any, configuration: Configuration) -> Iterator[Any]:
    if isinstance(value, str):
        if any(mark in value for mark in _MARKS):
            parsed = document(value)
            yield from _documents_in(parsed, configuration) if isinstance(parsed, Mapping) else ()
        elif value.startswith("${"):
            source = configuration.find(value)
            if source is not None and source.type == "aws_iam_policy_document" and _has_principals(source):
                yield value
    elif isinstance(value, Mapping):
        if _is_resource_policy(value):
            yield value
            return
        for name, item in value.items():
            if name not in _TRUST_KEYS:
                yield from _documents_in(item, configuration)
    elif isinstance(value, list):
        for item in value:
            yield from _documents_in(item, configuration)


def _is_resource_policy(value: Mapping[str, Any]) -> bool:
    entries = items(value.get("Statement"))
    return any(isinstance(entry, Mapping) and {"Principal", "NotPrincipal"} & entry.keys() for entry in entries)


def _has_principals(source: Resource) -> bool:
    return any({"principals", "not_principals"} & block.keys() for block in source.blocks("statement"))
