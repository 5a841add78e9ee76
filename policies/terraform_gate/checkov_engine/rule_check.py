"""Rules of the gate as checks of checkov.

A rule evaluates a whole configuration, but checkov calls a check for one resource at a time and passes neither the
file nor the other resources (checkov's JSON runner has no graph), so this module finds checkov's runner on the call
stack. JSON files and plans are read again by the gate's own reader, because checkov's copy has lost the types of some
values; HCL is taken as checkov parsed it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from terraform_gate.configuration import Configuration, configuration_of
from terraform_gate.finding import Finding, Verdict, worst
from terraform_gate.reading.expression import marked
from terraform_gate.reading.inputs import read
from terraform_gate.rule import Rule
from terraform_gate.rules.catalog import all_rules
from terraform_gate.terraform_resource import Resource

_ADDRESS = "__address__"
_RESULTS = {
    Verdict.PASS: CheckResult.PASSED,
    Verdict.FAIL: CheckResult.FAILED,
    Verdict.UNKNOWN: CheckResult.UNKNOWN,
}


def register_rules() -> None:
    """Register a check with checkov for every rule of the gate."""
    for rule in all_rules():
        RuleCheck(rule)


class RuleCheck(BaseResourceCheck):  # type: ignore[misc]
    """A check of checkov that gives the verdicts of one rule."""

    def __init__(self, rule: Rule) -> None:
        """Register the rule with checkov."""
        super().__init__(
            name=rule.title,
            id=rule.id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=list(rule.resource_types),
            guideline=rule.remediation,
        )
        self._rule = rule

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Return the verdict on the resource that checkov scans; UNKNOWN when the rule has no finding about it."""
        found = _findings(self._rule, entity_path=self.entity_path, conf=conf)
        if not found:
            return CheckResult.UNKNOWN
        finding = worst(found)
        self.details = [finding.message] if finding.message else []
        return _RESULTS[finding.verdict]


@dataclass
class _Scan:
    """The configurations that one checkov runner scans, and the findings of each rule about them."""

    runner: Any
    configurations: tuple[Configuration, ...]
    verdicts: dict[str, dict[tuple[Path, str], list[Finding]]] = field(default_factory=dict)

    def findings(self, rule: Rule) -> Mapping[tuple[Path, str], list[Finding]]:
        """Evaluate the rule once for all resources; findings by file and address."""
        if rule.id not in self.verdicts:
            found: dict[tuple[Path, str], list[Finding]] = {}
            for configuration in self.configurations:
                for finding in rule.evaluate(configuration):
                    where = finding.resource.file.resolve(), finding.resource.address
                    found.setdefault(where, []).append(finding)
            self.verdicts[rule.id] = found
        return self.verdicts[rule.id]


_latest: list[_Scan] = []


def _findings(rule: Rule, *, entity_path: str, conf: Mapping[str, Any]) -> list[Finding]:
    runner, file = _caller()
    _, kind, name = entity_path.rsplit(":", 2)
    address = conf.get(_ADDRESS) or f"{kind}.{name}"
    return _scan(runner).findings(rule).get((file.resolve(), address), [])


def _caller() -> tuple[Any, Path]:
    frame = inspect.currentframe()
    while frame:
        runner, file = frame.f_locals.get("self"), frame.f_locals.get("full_file_path")
        if file is not None and hasattr(runner, "definitions"):
            return runner, _path(file)
        frame = frame.f_back
    raise RuntimeError("no Terraform runner of checkov is on the call stack")


def _path(file: Any) -> Path:
    return Path(str(getattr(file, "file_path", file)))


def _scan(runner: Any) -> _Scan:
    if not _latest or _latest[0].runner is not runner:
        _latest[:] = [_Scan(runner=runner, configurations=_configurations(runner.definitions))]
    return _latest[0]


def _configurations(definitions: Mapping[Any, Mapping[str, Any]]) -> tuple[Configuration, ...]:
    inputs = read([_path(file) for file in definitions if _path(file).suffix == ".json"])
    resources = [
        resource
        for file, blocks in definitions.items()
        if _path(file).suffix != ".json"
        for entity in blocks.get("resource", [])
        for resource in _from_hcl(entity, _path(file))
    ]
    addresses = frozenset(resource.address for resource in resources)
    hcl = configuration_of(_with_references(resource, addresses) for resource in resources)
    return (*inputs.configurations(), hcl)


def _from_hcl(entity: Mapping[str, Any], file: Path) -> Iterator[Resource]:
    for kind, named in entity.items():
        for name, conf in named.items():
            body = {key: _unwrapped(value) for key, value in conf.items() if not key.startswith("__")}
            address = conf.get(_ADDRESS, f"{kind}.{name}")
            yield Resource(stack="hcl", address=address, type=kind, name=name, body=body, file=file)


def _unwrapped(value: Any) -> Any:
    """Unwrap the lists of one item that checkov puts around every value."""
    if isinstance(value, list):
        inner = [_unwrapped(item) for item in value]
        return inner[0] if len(inner) == 1 else inner
    if isinstance(value, Mapping):
        return {key: _unwrapped(item) for key, item in value.items() if not str(key).startswith("__")}
    return value


def _with_references(resource: Resource, addresses: frozenset[str]) -> Resource:
    return replace(resource, body=_marked(resource.body, addresses))


def _marked(value: Any, addresses: frozenset[str]) -> Any:
    """Put the `${}` back around references that checkov's HCL reader took off."""
    if isinstance(value, Mapping):
        return {key: _marked(item, addresses) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, addresses) for item in value]
    if isinstance(value, str) and ".".join(value.split(".")[:2]) in addresses:
        return marked(f"hcl//{value}")
    return value
