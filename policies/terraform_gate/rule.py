"""The base of every rule: one class, one instance, one file.

A rule answers `judge` for a whole `Configuration`, or `judge_resource` for one resource of its `resource_types`; the
checkov check is made from it here, so that `checkov --external-checks-dir policies` and `python -m terraform_gate`
give the same verdicts.

    class BucketIsVersioned(Rule):
        id = "AF_S3_9"
        ...
        def judge_resource(self, resource):
            if ...: yield failed(resource, "versioning is off")

    rule = BucketIsVersioned()

`judge` has to say something (pass, fail or not judged) about every resource that the rule is about: silence is "does
not apply". Several findings about one resource are merged: a fail beats not judged beats a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from terraform_gate.checkov_engine import check_adapter
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity, Verdict, passed
from terraform_gate.terraform_resource import Resource

_RESULTS = {
    Verdict.PASS: CheckResult.PASSED,
    Verdict.FAIL: CheckResult.FAILED,
    Verdict.NOT_JUDGED: CheckResult.UNKNOWN,
}


@dataclass(frozen=True)
class Example:
    """A piece of Terraform JSON that a rule passes or fails: the proof of the rule, and its documentation.

    `resources` is what stands under `"resource"`: `{"aws_vpc": {"main": {...}}}`. It has every argument that the AWS
    provider asks for, because the tests plan it with the real provider. `not_plannable_because` says why it cannot be
    planned (the provider itself refuses it), "" when it can.
    """

    title: str
    resources: Mapping[str, Mapping[str, Mapping[str, Any]]]
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further top-level blocks: `variable`, `locals`, `data`, `"//"`."""
    not_plannable_because: str = ""
    is_judged_on_plans: bool = True
    """False where a plan does not carry what the rule looks at; the rule then says nothing about a plan."""


class Rule(BaseResourceCheck):  # type: ignore[misc]
    """One rule. Subclasses fill in the class attributes and one of the two methods."""

    id: ClassVar[str]
    title: ClassVar[str]
    severity_level: ClassVar[Severity]
    why: ClassVar[str]
    remediation: ClassVar[str]
    references: ClassVar[tuple[str, ...]]
    resource_types: ClassVar[tuple[str, ...]]
    passing: ClassVar[tuple[Example, ...]]
    failing: ClassVar[tuple[Example, ...]]

    def __init__(self) -> None:
        """Register the rule with checkov."""
        super().__init__(
            name=self.title,
            id=self.id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=list(self.resource_types),
            guideline=self.remediation,
        )

    def judge(self, configuration: Configuration) -> Iterable[Finding]:
        """Judge the whole configuration; by default every resource of `resource_types` by itself."""
        for resource in configuration.of_type(*self.resource_types):
            findings = tuple(self.judge_resource(resource))
            yield from findings or (passed(resource),)

    def judge_resource(self, resource: Resource) -> Iterable[Finding]:
        """Say what is wrong with one resource; nothing when it is right."""
        raise NotImplementedError(f"{type(self).__name__} has neither judge nor judge_resource")

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Answer checkov about one resource, from the verdict on the whole configuration it stands in."""
        finding = check_adapter.verdict_on(rule=self, conf=conf)
        if finding is None:
            return CheckResult.UNKNOWN
        self.details = [finding.message] if finding.message else []
        return _RESULTS[finding.verdict]
