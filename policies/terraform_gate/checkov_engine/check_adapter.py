"""How a rule that judges a whole configuration answers checkov, which asks about one resource at a time.

checkov tells a check neither which file it is in nor what else there is (its JSON runner has not even the graph), so
the runner is found on the call stack. JSON files and plans are read again the way the gate reads them, because
checkov's copy has lost the types of some values; HCL is taken as checkov parsed it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from terraform_gate.configuration import Configuration, configuration_of
from terraform_gate.finding import Finding, worst
from terraform_gate.reading.inputs import read
from terraform_gate.terraform_resource import Resource

if TYPE_CHECKING:
    from terraform_gate.rule import Rule

_ADDRESS = "__address__"


@dataclass
class _Scan:
    """What one runner of checkov's looks at, and what each rule said about it."""

    runner: Any
    configurations: tuple[Configuration, ...]
    verdicts: dict[str, dict[tuple[Path, str], list[Finding]]] = field(default_factory=dict)

    def findings(self, rule: Rule) -> Mapping[tuple[Path, str], list[Finding]]:
        """Judge once per rule; findings by file and address."""
        if rule.id not in self.verdicts:
            found: dict[tuple[Path, str], list[Finding]] = {}
            for configuration in self.configurations:
                for finding in rule.judge(configuration):
                    where = finding.resource.file.resolve(), finding.resource.address
                    found.setdefault(where, []).append(finding)
            self.verdicts[rule.id] = found
        return self.verdicts[rule.id]


_latest: list[_Scan] = []


def verdict_on(*, rule: Rule, conf: Mapping[str, Any]) -> Finding | None:
    """Give the rule's verdict on the resource that checkov shows, or None when the rule says nothing about it."""
    runner, file = _caller()
    _, kind, name = rule.entity_path.rsplit(":", 2)
    address = conf.get(_ADDRESS) or f"{kind}.{name}"
    found = _scan(runner).findings(rule).get((file.resolve(), address))
    return worst(found) if found else None


def _caller() -> tuple[Any, Path]:
    frame = inspect.currentframe()
    while frame:
        runner, file = frame.f_locals.get("self"), frame.f_locals.get("full_file_path")
        if file is not None and hasattr(runner, "definitions"):
            return runner, _path(file)
        frame = frame.f_back
    raise RuntimeError("asked by something that is no Terraform runner of checkov's")


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
    """Undo checkov's habit of putting every value into a list of one."""
    if isinstance(value, list):
        inner = [_unwrapped(item) for item in value]
        return inner[0] if len(inner) == 1 else inner
    if isinstance(value, Mapping):
        return {key: _unwrapped(item) for key, item in value.items() if not str(key).startswith("__")}
    return value


def _with_references(resource: Resource, addresses: frozenset[str]) -> Resource:
    return replace(resource, body=_marked(resource.body, addresses))


def _marked(value: Any, addresses: frozenset[str]) -> Any:
    """Give references back the `${}` that checkov's HCL reader takes off."""
    if isinstance(value, Mapping):
        return {key: _marked(item, addresses) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, addresses) for item in value]
    if isinstance(value, str) and ".".join(value.split(".")[:2]) in addresses:
        return f"${{hcl//{value}}}"
    return value
