"""AF_ECS_18 and the flows of components: swapped roles and groups, schedules, deleted declarations."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.rule import Rule
from terraform_gate.rules.ecs.own_component import rule as own_component
from terraform_gate.rules.network.named_group import rule as named_group
from terraform_gate.rules.security_groups.declared_flow import rule as declared_flow
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

BOTH: Resources = copy.deepcopy(dict(own_component.passing[0].resources))  # type: ignore[arg-type]


def _found(rule: Rule, resources: Resources, **blocks: Any) -> dict[str, Verdict]:
    findings = rule.evaluate(configuration_from(resources, **blocks))
    return {item.resource.address: item.verdict for item in findings if item.verdict is not Verdict.PASS}


@pytest.mark.feature("P5")
def test_swapped_roles_are_found_though_each_has_one_user() -> None:
    swapped = copy.deepcopy(BOTH)
    tasks = swapped["aws_ecs_task_definition"]
    tasks["worker"]["task_role_arn"], tasks["scheduler"]["task_role_arn"] = (
        tasks["scheduler"]["task_role_arn"],
        tasks["worker"]["task_role_arn"],
    )
    addresses = {"aws_ecs_task_definition.worker", "aws_ecs_task_definition.scheduler"}
    assert set(_found(own_component, swapped)) == addresses


@pytest.mark.feature("P5")
def test_schedule_in_the_security_group_of_another_component_is_found() -> None:
    ecs = {
        "task_definition_arn": "${aws_ecs_task_definition.worker.arn}",
        "network_configuration": {"security_groups": ["${aws_security_group.scheduler.id}"], "subnets": ["subnet-1"]},
    }
    schedule = {"aws_scheduler_schedule": {"nightly": {"target": {"ecs_parameters": ecs}}}}
    assert set(_found(own_component, merge(BOTH, schedule))) == {"aws_scheduler_schedule.nightly"}


@pytest.mark.feature("P5")
def test_pipe_and_service_by_family_and_revision_in_the_security_group_of_another_component_are_found() -> None:
    network = {"security_groups": ["${aws_security_group.scheduler.id}"], "subnets": ["subnet-1"]}
    family = "${aws_ecs_task_definition.worker.family}:${aws_ecs_task_definition.worker.revision}"
    ecs = {
        "task_definition_arn": "${aws_ecs_task_definition.worker.arn}",
        "network_configuration": {"aws_vpc_configuration": network},
    }
    workloads: Resources = {
        "aws_pipes_pipe": {"jobs": {"target_parameters": {"ecs_task_parameters": ecs}}},
        "aws_ecs_service": {"more": {"task_definition": family, "network_configuration": network}},
    }
    assert set(_found(own_component, merge(BOTH, workloads))) == {"aws_pipes_pipe.jobs", "aws_ecs_service.more"}


@pytest.mark.feature("P5")
def test_containers_without_a_component_pass() -> None:
    other = copy.deepcopy(BOTH)
    for group in other["aws_security_group"].values():
        group["tags"] = {"airflow-fargate:place": f"other-{group['name']}"}
    assert _found(own_component, other) == {}


@pytest.mark.feature("P5")
def test_schedule_without_a_security_group_is_found() -> None:
    ecs = {"network_configuration": {"subnets": ["subnet-1"]}}
    schedule = {"aws_scheduler_schedule": {"nightly": {"target": {"ecs_parameters": ecs}}}}
    assert set(_found(named_group, schedule)) == {"aws_scheduler_schedule.nightly"}


@pytest.mark.feature("P5")
def test_instance_whose_groups_are_elsewhere_passes() -> None:
    elsewhere = {"network_interface": {"device_index": 0}, "launch_template": {"id": "lt-1"}}
    instances = {name: {"subnet_id": "subnet-1", name: value} for name, value in elsewhere.items()}
    assert _found(named_group, {"aws_instance": instances}) == {}


@pytest.mark.feature("P5")
def test_deleted_flows_are_unknown_and_an_empty_list_is_a_declaration() -> None:
    groups = {"aws_security_group.scheduler", "aws_security_group.worker"}
    assert _found(declared_flow, BOTH) == dict.fromkeys(groups, Verdict.UNKNOWN)
    assert _found(declared_flow, BOTH, **{"//": {"flows": []}}) == {}
