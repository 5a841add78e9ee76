"""The computed usage of quotas equals that of the synthesized resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from terraform_harness.emulator.validation import limits

from environments.derived.network_acl_rules import application_outbound, public_outbound
from environments.derived.quota_usage import Usage, quota_usage
from environments.derived.role_usage import execution_role_characters, task_role_characters
from environments.facts.quotas import (
    NETWORK_ACL_RULES,
    SAVED_QUERY_LOG_GROUPS,
    SECURITY_GROUP_RULES,
    TASK_DEFINITION_BYTES,
    Quota,
    account_limits,
)
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import DAG_ACCESS, GIT_BUNDLE, GIT_SSH, HOST_KEY, WITH_DAG_ACCESS, messages

CLIENTS = [f"192.0.2.{number}/32" for number in range(1, 200, 2)]
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "smallest": {},
    "git over SSH": {"dags": GIT_SSH, "load_balancer": {"allowed_cidrs": CLIENTS[:3]}},
    "git on another port": {
        "dags": {
            **GIT_BUNDLE,
            "repository": "https://git.example.com:8443/x.git",
            "deploy_key": False,
            "known_hosts": [],
        }
    },
    "no NAT": {"network": {"egress": "none"}, "load_balancer": {"allowed_cidrs": ["10.0.0.0/8", "192.0.2.0/24"]}},
    "whole internet": {"load_balancer": {"allowed_cidrs": ["0.0.0.0/0", "192.0.2.0/24"]}},
    "destinations of DAGs": WITH_DAG_ACCESS,
    "destinations of triggers without Celery": {
        "topology": "local_executor",
        "components": {"triggerer": DAG_ACCESS, "scheduler": {"egress": DAG_ACCESS["egress"][:2]}},
    },
    "Airflow tasks on Fargate": {"topology": "ecs"},
    "destinations of Airflow tasks on Fargate": {"ecs_executor": DAG_ACCESS},
    "destination of a standalone Airflow without NAT": {
        "topology": "single",
        "network": {"egress": "none"},
        "components": {"standalone": {"egress": DAG_ACCESS["egress"][3:]}},
    },
    "long lists": {
        "dags": {**GIT_SSH, "known_hosts": [HOST_KEY] * 50},
        "workers": [{"name": "default", "queues": ["default", *(f"{'q' * 50}{number}" for number in range(40))]}],
        "airflow": {"config": {"AIRFLOW__EMAIL__SUBJECT_TEMPLATE": '"' * 5000}},
    },
}


def usage(deployment: Deployment, quota: Quota) -> Usage:
    return next(found for found in quota_usage(deployment.environment) if found.quota is quota)


@pytest.mark.feature("E1")
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)
def test_usage_is_the_one_of_the_synthesized_stacks(changes: Mapping[str, Any]) -> None:
    deployment = deployed(**changes)
    acl_rules = deployment.of("aws_network_acl_rule")
    public = [rule for rule in acl_rules if "public_in" in rule.address]
    clients = [rule for rule in deployment.of("aws_vpc_security_group_ingress_rule") if "from_clients" in rule.address]
    query = next(item for item in deployment.of("aws_cloudwatch_query_definition") if "query_errors" in item.address)
    definitions = deployment.template.of_type("aws_ecs_task_definition")
    largest = max(len(definition.values["container_definitions"].encode()) for definition in definitions)
    assert usage(deployment, NETWORK_ACL_RULES).used == len(public)
    outbound = {tier: sum(f"{tier}_out" in rule.address for rule in acl_rules) for tier in ("public", "application")}
    environment = deployment.environment
    assert outbound == {"public": public_outbound(environment), "application": application_outbound(environment)}
    assert usage(deployment, SECURITY_GROUP_RULES).used == len(clients)
    assert usage(deployment, SAVED_QUERY_LOG_GROUPS).used == len(query.body["log_group_names"])
    assert largest <= usage(deployment, TASK_DEFINITION_BYTES).used


@pytest.mark.feature("N8")
def test_roles_are_not_larger_than_computed() -> None:
    deployment = deployed(**WITH_DAG_ACCESS)
    access = deployment.environment.workers[0]
    for kind, most in (("task", task_role_characters(access)), ("execution", execution_role_characters(access))):
        policies = [
            policy.body["policy"]
            for policy in deployment.of("aws_iam_role_policy")
            if f"worker_default_{kind}_role" in policy.address
        ]
        used = sum(len("".join(policy.split())) for policy in policies)
        assert 0.5 * most < used < most


@pytest.mark.feature("N8")
def test_shown_usage_says_how_many_destinations_are_left() -> None:
    shown = {usage.path: str(usage) for usage in quota_usage(deployed(**WITH_DAG_ACCESS).environment)}
    assert shown["workers[0].egress"] == "12 of 20 outbound rules of a network ACL, 8 more fit"


@pytest.mark.feature("E1")
def test_message_names_the_key_and_what_to_remove() -> None:
    assert messages(load_balancer={"allowed_cidrs": CLIENTS[:9]}) == []
    (acl,) = messages(load_balancer={"allowed_cidrs": CLIENTS[:10]})
    assert acl.startswith(
        "load_balancer.allowed_cidrs: needs 22 inbound rules of a network ACL, AWS allows 20 (https://"
    )
    assert acl.endswith("Fix: remove 1 or more, or merge blocks that are neighbours")


@pytest.mark.feature("T3")
def test_more_worker_groups_than_a_saved_query_has_log_groups_are_rejected() -> None:
    groups = [{"name": "default", "queues": ["default"], "max_count": 1}]
    groups += [{"name": f"g{number}", "queues": [f"q{number}"], "max_count": 1} for number in range(44)]
    database = {"instance_class": "db.r7g.2xlarge"}
    assert messages(workers=groups[:44], database=database) == []
    (problem,) = messages(workers=groups, database=database)
    assert problem.startswith(
        "workers: needs 51 log groups of a saved query of CloudWatch Logs, AWS allows 50 (https://"
    )


@pytest.mark.feature("E1")
def test_lists_that_do_not_fit_into_a_task_definition_are_rejected() -> None:
    options = {f"AIRFLOW__EXAMPLE__OPTION_{number}": "x" * 100 for number in range(400)}
    (problem,) = messages(airflow={"config": options})
    assert problem.startswith("airflow.config: needs ")
    assert "bytes of an ECS task definition, AWS allows 65,536 (https://" in problem


def test_smallest_environment_says_how_many_more_fit() -> None:
    shown = [str(found) for found in quota_usage(deployed().environment)]
    assert shown[0] == "3 of 20 inbound rules of a network ACL, 8 more fit"


@pytest.mark.feature("H8")
def test_emulator_enforces_the_numbers_that_synthesis_checks() -> None:
    """The library has its own defaults, for anybody; the platform's numbers replace them."""
    stated = account_limits()
    assert stated == {name: limits({})[name] for name in stated}
