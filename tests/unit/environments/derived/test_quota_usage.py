"""The computed usage of quotas equals that of the synthesized resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from terraform_harness.emulator.validation import limits

from environments.derived.quota_usage import Usage, quota_usage
from environments.facts.quotas import (
    NETWORK_ACL_RULES,
    SAVED_QUERY_LOG_GROUPS,
    SECURITY_GROUP_RULES,
    TASK_DEFINITION_BYTES,
    Quota,
    account_limits,
)
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import GIT_BUNDLE, GIT_SSH, HOST_KEY, messages

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
    definitions = deployment.airflow["resource"]["aws_ecs_task_definition"].values()
    largest = max(len(definition["container_definitions"].encode()) for definition in definitions)
    assert usage(deployment, NETWORK_ACL_RULES).used == 1 + len(public), "with the default deny rule"
    assert usage(deployment, SECURITY_GROUP_RULES).used == len(clients)
    assert usage(deployment, SAVED_QUERY_LOG_GROUPS).used == len(query.body["log_group_names"])
    assert largest <= usage(deployment, TASK_DEFINITION_BYTES).used


@pytest.mark.feature("E1")
def test_message_names_the_key_and_what_to_remove() -> None:
    assert messages(load_balancer={"allowed_cidrs": CLIENTS[:8]}) == []
    (acl,) = messages(load_balancer={"allowed_cidrs": CLIENTS[:9]})
    assert acl.startswith(
        "load_balancer.allowed_cidrs: needs 21 inbound rules of a network ACL, AWS allows 20 (https://"
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
    assert shown[0] == "4 of 20 inbound rules of a network ACL, 8 more fit"


@pytest.mark.feature("H8")
def test_emulator_enforces_the_numbers_that_synthesis_checks() -> None:
    """The library has defaults of its own, for anybody; the platform's numbers replace them."""
    stated = account_limits()
    assert stated == {name: limits({})[name] for name in stated}
    assert limits(stated).keys() == limits({}).keys()
