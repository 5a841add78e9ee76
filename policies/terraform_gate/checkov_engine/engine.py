"""Runs checkov's own rules on a ``Configuration``, in this process, without checkov's parsers and without the network.

checkov alone (3.3.30) skips a file that contains ``terraform.required_version``, does not parse policies that are JSON
strings, and passes IAM rules when one ARN is unknown. Here its checks get evaluated bodies and parsed policies, and the
verdict of a check that depends on an unknown value is ``unknown``.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.graph.graph_builder import CustomAttributes
from checkov.common.models.enums import CheckResult
from checkov.common.util.consts import END_LINE, START_LINE
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.data.registry import data_registry
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck
from checkov.terraform.checks.resource.base_resource_negative_value_check import BaseResourceNegativeValueCheck
from checkov.terraform.checks.resource.base_resource_value_check import BaseResourceValueCheck
from checkov.terraform.checks.resource.registry import resource_registry
from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import BaseTerraformCloudsplainingIAMScanner
from checkov.terraform.plan_parser import RESOURCE_TYPES_JSONIFY
from checkov.terraform_json.parser import prepare_definition
from checkov.terraform_json.runner import TerraformJsonRunner

from terraform_gate.checkov_engine.exemptions import is_exempt
from terraform_gate.checkov_engine.flat_names import FlatNames
from terraform_gate.checkov_engine.graph import graph_of
from terraform_gate.checkov_engine.rule_check import RuleCheck
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Verdict
from terraform_gate.reading.expression import is_known, names_resource
from terraform_gate.reading.json_document import document
from terraform_gate.terraform_resource import Resource, items

_FILE = "configuration.tf.json"
_META = frozenset({"count", "for_each", "provider", "depends_on"})
"""Meta-arguments: checkov would multiply a resource by its count and lose its name."""
_PREFIXES = {"resource": "", "data": "data."}
_VERDICTS = {CheckResult.PASSED: Verdict.PASS, CheckResult.FAILED: Verdict.FAIL}


class CheckovError(Exception):
    """A check of checkov ended with an exception; the message names the check and the resource."""


def checkov_findings(configuration: Configuration, *, skip: frozenset[str]) -> Iterator[tuple[Any, Finding]]:
    """Run checkov's checks on a configuration.

    Args:
        configuration: What to evaluate.
        skip: Ids of checks to leave out.

    Yields:
        The check and its finding about one resource.

    Raises:
        CheckovError: A check ended with an exception.
    """
    BaseTerraformCloudsplainingIAMScanner.policy_document_cache.clear()  # by file and address, of all configurations
    names = FlatNames(configuration)
    definition = prepare_definition(_definition(names))
    with _crashes() as crashes:
        for check, finding in (
            *_python_checks(definition, names, skip),
            *_graph_checks(definition, names, skip),
        ):
            if not is_exempt(check.id, finding.resource, configuration):
                yield check, finding
    if crashes:
        raise CheckovError("; ".join(dict.fromkeys(crashes)))


def _definition(names: FlatNames) -> dict[str, Any]:
    blocks: dict[str, dict[str, dict[str, Any]]] = {"resource": {}, "data": {}}
    for flat, resource in names.resources.items():
        body = {key: value for key, value in resource.body.items() if value is not None and key not in _META}
        body |= {START_LINE: 1, END_LINE: 1}
        named = blocks["data" if resource.is_data else "resource"].setdefault(resource.type, {})
        named[flat.rpartition(".")[2]] = names.rewritten(names.with_bucket_reference(resource, body))
    return {block_type: kinds for block_type, kinds in blocks.items() if kinds}


def _python_checks(
    definition: Mapping[str, Any], names: FlatNames, skip: frozenset[str]
) -> Iterator[tuple[Any, Finding]]:
    for block_type, registry in (("resource", resource_registry), ("data", data_registry)):
        for entity in definition.get(block_type, []):
            kind, named = next(iter(entity.items()))
            name, conf = next(iter(named.items()))
            resource = names.resources[f"{_PREFIXES[block_type]}{kind}.{name}"]
            _parse_documents(kind, conf)
            for check in registry.get_checks(kind):
                if check.id in skip or isinstance(check, RuleCheck):
                    continue
                result = registry.run_check(check, conf, name, kind, _FILE, {})
                if finding := _finding(check, resource, result):
                    yield check, finding


def _parse_documents(kind: str, conf: dict[str, Any]) -> None:
    name = RESOURCE_TYPES_JSONIFY.get(kind)
    value = conf.get(name) if name else None
    if isinstance(value, list) and len(value) == 1 and isinstance(parsed := document(value[0]), dict | list):
        conf[name] = parsed if isinstance(parsed, list) else [parsed]


def _graph_checks(definition: dict[str, Any], names: FlatNames, skip: frozenset[str]) -> Iterator[tuple[Any, Finding]]:
    runner = TerraformJsonRunner()
    runner.graph_manager.save_graph(graph_of(runner.graph_manager, {_FILE: definition}))
    for check, results in runner.run_graph_checks_results(RunnerFilter(), runner.check_type).items():
        for result in results if check.id not in skip else ():
            entity = result["entity"]
            known = entity[CustomAttributes.BLOCK_TYPE] in _PREFIXES
            if known and (finding := _finding(check, names.resources[_flat_name(entity)], result)):
                yield check, finding


def _flat_name(entity: Mapping[str, Any]) -> str:
    prefix = _PREFIXES[entity[CustomAttributes.BLOCK_TYPE]]
    return prefix + str(entity[CustomAttributes.BLOCK_NAME]).removeprefix(prefix)


def _finding(check: Any, resource: Resource, result: Mapping[str, Any]) -> Finding | None:
    """Return the finding; None when the check does not apply (checkov's UNKNOWN means that, or an unknown value)."""
    verdict = _VERDICTS.get(result["result"])
    unknown = _unknown(check, resource, result) if verdict is not Verdict.FAIL else _unplanned(check, resource)
    if unknown:
        return Finding(resource=resource, verdict=Verdict.UNKNOWN, message=f"{unknown} is not known")
    if verdict is None:
        return None
    return Finding(resource=resource, verdict=verdict, message=check.name if verdict is Verdict.FAIL else "")


def _unknown(check: Any, resource: Resource, result: Mapping[str, Any]) -> str:
    """Return the argument whose unknown value makes a pass of the check meaningless; empty when there is none."""
    if result["result"] not in _VERDICTS and isinstance(check, BaseResourceNegativeValueCheck):
        key = str(check.get_inspected_key())
        return key if _is_open(resource, key) else ""
    argument = RESOURCE_TYPES_JSONIFY.get(resource.type)
    if argument and "policy" in argument and resource.body.get(argument) and _reads(check, argument):
        return "" if document(resource.body[argument]) is not None else argument
    if isinstance(check, BaseResourceValueCheck) and "__ANY__" not in str(check.get_expected_values()):
        keys = [key for key in result.get("evaluated_keys") or [check.get_inspected_key()] if isinstance(key, str)]
        return next((key for key in keys if _is_open(resource, key)), "")
    return ""


def _unplanned(check: Any, resource: Resource) -> str:
    """Return ``lifecycle`` when the check inspects it and a plan without its configuration does not show it."""
    inspects = isinstance(check, BaseResourceValueCheck) and str(check.get_inspected_key()).startswith("lifecycle")
    return "lifecycle (a plan does not contain it)" if inspects and not resource.has_lifecycle else ""


def _reads(check: Any, argument: str) -> bool:
    """Whether a check reads the document in ``argument``; a check of roles does so only if its code names it."""
    if argument == "assume_role_policy" and isinstance(check, BaseResourceCheck):
        return argument in inspect.getsource(inspect.getmodule(check) or type(check))
    return "Policy" in type(check).__name__ or "IAM" in type(check).__name__ or argument in str(check.name).lower()


def _is_open(resource: Resource, key: str) -> bool:
    path = [int(step) if step.isdigit() else step for step in key.replace("[", "").replace("]", "").split("/") if step]
    value = resource.get(*path)
    return not is_known(value) and not all(names_resource(item) for item in items(value))


class _crashes(logging.Handler):  # noqa: N801  used as a function: `with _crashes() as messages`
    """Collects the log records of checks that ended with an exception: checkov does not report them otherwise."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def __enter__(self) -> list[str]:
        self._root = logging.getLogger()
        self._others = self._root.handlers[:]
        self._root.handlers[:] = [self]
        return self.messages

    def __exit__(self, *_: object) -> None:
        self._root.handlers[:] = self._others


def checkov_ids() -> frozenset[str]:
    """List the ids of all checks that ``checkov_findings`` can run."""
    registry = get_graph_checks_registry("terraform")
    registry.load_checks()
    python = (check for source in (resource_registry, data_registry) for _, check in source.all_checks())
    return frozenset(check.id for check in [*python, *registry.checks] if not isinstance(check, RuleCheck))
