"""The base class of all rules: one file defines one class and one instance of it, called ``rule``.

A rule implements ``evaluate`` for a whole ``Configuration``, or ``evaluate_resource`` for one resource of its
``resource_types``:

    class BucketIsVersioned(Rule):
        id = "AF_S3_9"
        ...
        def evaluate_resource(self, resource):
            if ...: yield Finding.fail(resource, "versioning is off")

    rule = BucketIsVersioned()
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.terraform_resource import Resource


@dataclass(frozen=True)
class Example:
    """A piece of Terraform JSON that passes or fails a rule: the test of the rule, and its documentation.

    Attributes:
        title: What the example shows.
        resources: The content of the ``"resource"`` block: ``{"aws_vpc": {"main": {...}}}``. It has every argument that
            the AWS provider requires, because the tests plan the example with the real provider.
        extra: Further top-level blocks: ``variable``, ``locals``, ``data``, ``"//"``.
        not_plannable_because: Why Terraform cannot plan the example (the provider rejects it); empty when it can.
        is_evaluated_on_plans: False when a plan does not contain what the rule reads; the rule then has no finding
            about a plan.
    """

    title: str
    resources: Mapping[str, Mapping[str, Mapping[str, Any]]]
    extra: Mapping[str, Any] = field(default_factory=dict)
    not_plannable_because: str = ""
    is_evaluated_on_plans: bool = True


class Rule:
    """One rule. Subclasses set the class attributes and implement one of the two methods.

    Attributes:
        id: Unique id, such as ``AF_ECS_1``.
        title: What holds when the rule passes.
        severity: How bad a violation is.
        why: What can happen when the rule is violated.
        remediation: How to repair a violation.
        references: Ids of equal rules of other tools.
        resource_types: Terraform resource types that the rule evaluates.
        passing: Examples without a violation.
        failing: Examples with a violation.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    why: ClassVar[str]
    remediation: ClassVar[str]
    references: ClassVar[tuple[str, ...]]
    resource_types: ClassVar[tuple[str, ...]]
    passing: ClassVar[tuple[Example, ...]]
    failing: ClassVar[tuple[Example, ...]]

    def evaluate(self, configuration: Configuration) -> Iterable[Finding]:
        """Evaluate the whole configuration; by default each resource of ``resource_types`` separately.

        Args:
            configuration: All stacks that are applied together.

        Returns:
            At least one finding about every resource that the rule applies to: a resource without a finding counts as
            not evaluated. Several findings about one resource are merged: ``fail`` before ``unknown`` before ``pass``.
        """
        for resource in configuration.of_type(*self.resource_types):
            findings = tuple(self.evaluate_resource(resource))
            yield from findings or (Finding.pass_(resource),)

    def evaluate_resource(self, resource: Resource) -> Iterable[Finding]:
        """Evaluate one resource.

        Args:
            resource: A managed resource of one of the ``resource_types``.

        Returns:
            The violations and unknown values of the resource; nothing when the resource passes.

        Raises:
            NotImplementedError: The subclass implements neither ``evaluate`` nor ``evaluate_resource``.
        """
        raise NotImplementedError(f"{type(self).__name__} implements neither evaluate nor evaluate_resource")
