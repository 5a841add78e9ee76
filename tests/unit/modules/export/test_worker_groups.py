"""Worker groups of a module: one variable, from which everything about a group is repeated."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from terraform_harness.assertions import Template

from environments import load
from environments.load import HOME
from environments.sections.compute import WorkerGroup
from modules.export import hcl, interface, write
from modules.export.accepted_values import narrower
from modules.export.build import Module
from modules.export.dynamic_blocks import with_dynamic_blocks
from modules.export.inputs import Input
from modules.export.object_types import only_adds_optional_attributes
from modules.export.structural_input import StructuralInputError
from modules.export.worker_groups import VARIABLE, GroupNumber, variable

ACCESS = {f"components_triggerer_{name}" for name in ("egress", "policies", "secrets")}
FOR_EACH = {"for_each": "${var.worker_groups}"}


@pytest.fixture
def airflow(every_module: dict[str, Module]) -> Module:
    return every_module["airflow"]


def groups_of(module: Module) -> Input:
    return next(item for item in module.inputs if item.name == VARIABLE)


@pytest.mark.feature("M1")
def test_every_key_of_a_worker_group_is_an_attribute(airflow: Module) -> None:
    attributes = {item.name for item in groups_of(airflow).attributes}
    assert attributes == set(WorkerGroup.model_fields) - {"name"}
    assert not any(item.name.startswith("workers_") for item in airflow.inputs)
    assert not any(name.startswith("workers") for name in airflow.fixed)


@pytest.mark.feature("M1")
def test_no_file_names_a_worker_group_of_the_structure(airflow: Module) -> None:
    content = {name: text for name, text in write.content(airflow).items() if name.endswith((".tf", ".md", ".hcl"))}
    assert [name for name, text in content.items() if re.search(r"\bheavy\b|_heavy|worker_default", text)] == []
    assert [name for name, text in content.items() if "EACH" in text] == []


@pytest.mark.feature("M1")
def test_foundation_takes_the_same_value_and_uses_only_names_and_destinations(every_module: dict[str, Module]) -> None:
    variable = groups_of(every_module["foundation"])
    assert {item.name for item in variable.attributes} == {"egress"}
    assert {"components_triggerer_egress"} == {item.name for item in every_module["foundation"].inputs} & ACCESS
    assert "queues" not in variable.type
    logs = Template(every_module["foundation"].sections).one("aws_cloudwatch_log_group.logs_worker_group")
    assert logs.values["for_each"] == FOR_EACH["for_each"]


@pytest.mark.feature("M1")
def test_what_the_dags_of_the_triggerer_need_is_an_input(airflow: Module) -> None:
    assert {item.name for item in airflow.inputs} >= ACCESS
    assert not any(name.startswith("components_") and name.endswith("_egress") for name in airflow.fixed)
    template = Template(airflow.sections)
    rule = template.one("aws_vpc_security_group_egress_rule.triggerer_egress_to_destinations")
    assert rule.values["for_each"] == "${var.components_triggerer_egress}"
    secret = template.one("aws_iam_role_policy.triggerer_execution_role_read_dags_secrets")
    assert secret.values["name"] == "read-dags-${each.key}"


@pytest.mark.feature("M1")
@pytest.mark.parametrize("name", ["network", "network-acls"])
def test_network_acls_have_entries_for_the_destinations_of_the_caller(
    every_module: dict[str, Module], name: str
) -> None:
    entries = Template(every_module[name].sections).of_type("aws_network_acl_rule")
    repeated = [entry for entry in entries if "var.destinations" in str(entry.values.get("for_each"))]
    assert len(repeated) == 5
    assert "destinations" in {item.name for item in every_module[name].inputs}


@pytest.mark.feature("M1")
def test_default_serves_the_default_queue_of_the_structure() -> None:
    example = load(HOME / "prod.yaml")
    config = {"AIRFLOW__OPERATORS__DEFAULT_QUEUE": "main"}
    structure = example.model_copy(update={"airflow": example.airflow.model_copy(update={"config": config})})
    made = variable(structure, used={"queues"})
    assert made.default == {"default": {"queues": ["main"]}}
    assert 'group.queues]), "main")' in " ".join(rule.condition for rule in made.rules)


@pytest.mark.feature("M2")
def test_readme_has_a_table_of_the_attributes_with_types_and_defaults(airflow: Module) -> None:
    readme = write.content(airflow)["README.md"]
    assert "Attributes of `worker_groups`:" in readme
    assert "| `max_count` | Upper bound of scaling. | `number` | `10` |" in readme
    assert (
        "| `worker_groups` | Worker groups by name. The name is part of the resource addresses. | `map(object)` |"
        in readme
    )


@pytest.mark.feature("M2")
def test_rules_of_a_group_are_those_of_the_model(airflow: Module) -> None:
    messages = {rule.message for rule in groups_of(airflow).rules}
    assert {
        "cpu of each group in worker_groups must be 256 to 16384.",
        "memory_mib of each group in worker_groups must be a size that Fargate offers for cpu.",
        "concurrency of each group in worker_groups must fit into memory_mib: 300 MiB, and 105 MiB for each slot.",
        "min_count of each group in worker_groups must not exceed max_count.",
        "Each queue must be listed once in worker_groups: only one group may serve a queue.",
        "A group in worker_groups must serve the queue default: it takes Airflow tasks that name no queue.",
        "In worker_groups, egress must list each destination with its ports once.",
        "In worker_groups, each item of egress must not overlap network_cidr: name a security_group in the VPC.",
        "In worker_groups, each item of egress must not be private: the VPC of this module has no route to it.",
        "In worker_groups, each item of policies must have an arn of account_id or of AWS.",
        "In worker_groups, each parameter in secrets must not be a secret of Airflow itself.",
        "In worker_groups, policies must have at most 10 managed policies: the quota of a role.",
        "In worker_groups, each item of egress must have either cidr or security_group.",
        "In worker_groups, each item of policies must not allow every action of a service.",
    } <= messages
    assert any(message.startswith("In worker_groups, each variable in secrets must not be res") for message in messages)
    others = {other for rule in groups_of(airflow).rules for other in rule.others}
    assert {"airflow_default_task_retries", "airflow_task_queued_timeout_seconds", "name_prefix"} <= others
    assert len(messages) == len(groups_of(airflow).rules)


@pytest.mark.feature("M5")
def test_wider_bounds_of_an_attribute_are_not_narrower() -> None:
    def rule(name: str, low: int, high: int) -> str:
        return f"alltrue([for group in values(var.worker_groups) : group.{name} >= {low} && group.{name} <= {high}])"

    assert narrower([rule("cpu", 2, 9)], [rule("cpu", 1, 9)]) == []
    assert narrower([rule("cpu", 2, 9)], [rule("cpu", 3, 9)]) == [rule("cpu", 3, 9)]
    assert narrower([rule("cpu", 2, 9)], [rule("memory_mib", 1, 9)]) == [rule("memory_mib", 1, 9)]


@pytest.mark.feature("M5")
@pytest.mark.parametrize(
    ("old", "new", "minor"),
    [
        ("cpu = number", "cpu   = number\n    spare = optional(number, 1)", True),
        ("cpu = number", "cpu = number\n  disk = optional(map(object({\n    size = number\n  })), {})", True),
        ("cpu = number", "cpu = number\n  spare = number", False),
        ("cpu = number", "cpu = string", False),
        ("cpu = number\n  spare = optional(number, 1)", "cpu = number", False),
    ],
)
def test_a_further_optional_attribute_is_minor(old: str, new: str, minor: bool) -> None:
    assert only_adds_optional_attributes(f"map(object({{\n  {old}\n}}))", f"map(object({{\n  {new}\n}}))") is minor


@pytest.mark.feature("M5")
def test_an_earlier_export_with_a_resource_for_each_group_gets_moved_blocks() -> None:
    def declared(**resources: Any) -> dict[str, Any]:
        return {"inputs": {}, "outputs": {}, "resources": {f"aws_ecs_service.{k}": v for k, v in resources.items()}}

    old = declared(worker_big_data_service={"name": "worker-big-data"}, worker_heavy_service={"name": "worker-heavy"})
    new = declared(worker_group_service={**FOR_EACH, "name": "worker-${each.key}"})
    found = interface.changes(old, new)
    assert [change.moved.split("\n")[2].strip() for change in found] == [
        'to   = aws_ecs_service.worker_group_service["big-data"]',
        'to   = aws_ecs_service.worker_group_service["heavy"]',
    ]
    moved = {
        "aws_ecs_service.worker_big_data_service": 'aws_ecs_service.worker_group_service["big-data"]',
        "aws_ecs_service.worker_heavy_service": 'aws_ecs_service.worker_group_service["heavy"]',
    }
    assert {change.step.name for change in interface.changes(old, {**new, "moved": moved})} == {"PATCH"}


def test_a_sum_over_groups_that_the_module_does_not_have_raises() -> None:
    with pytest.raises(StructuralInputError, match="adding up"):
        sum([GroupNumber("worker_groups.cpu", "EACHVALUE.cpu")])


@pytest.mark.feature("M1")
def test_blocks_that_depend_on_a_variable_are_dynamic() -> None:
    blocks = [
        {"base": "${var.base}", "capacity_provider": "FARGATE", "weight": "${100 - var.spot_percent}"},
        {"base": 0, "capacity_provider": "FARGATE_SPOT", "weight": "${var.spot_percent}"},
    ]
    services = {"one": {"name": "a", "capacity_provider_strategy": blocks}, "two": {"name": "b"}}
    synthesized = {"resource": {"aws_ecs_service": services}}
    with_dynamic_blocks(synthesized)
    text = "\n".join(hcl.block("resource", ("aws_ecs_service", "one"), services["one"]))
    assert 'dynamic "capacity_provider_strategy" {' in text
    assert "provider => share if share.weight > 0 || share.base > 0 }" in text
    assert json.dumps(services["two"]) == '{"name": "b"}'
