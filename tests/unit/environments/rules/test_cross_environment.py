"""Rules between environments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from environments import Environment, InvalidEnvironment, load_all
from environments.load import from_data
from environments.rules.cross_environment import STRENGTHS, violations
from tests.unit.environments.cases import SMALLEST, changed

STAGING = changed(
    SMALLEST,
    {
        "name": "staging",
        "production": False,
        "network": {"cidr": "10.20.0.0/16"},
        "load_balancer": {"access_logs": False, "waf": False, "deletion_protection": False},
    },
)
STRONGER: dict[str, dict[str, Any]] = {
    "network.zones": {"network": {"zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c"]}},
    "network.egress": {"network": {"egress": "none"}},
    "network.flow_logs": {"network": {"flow_logs": True}},
    "load_balancer.waf": {"load_balancer": {"waf": True}},
    "load_balancer.access_logs": {"load_balancer": {"access_logs": True}},
    "database.backup_retention_days": {"database": {"backup_retention_days": 30}},
    "database.performance_insights": {"database": {"performance_insights": True}},
    "broker.replicas": {"broker": {"replicas": 3}},
    "broker.snapshot_retention_days": {"broker": {"snapshot_retention_days": 9}},
    "logs.retention_days": {"logs": {"retention_days": 365}},
    "logs.s3_expiration_days": {"logs": {"s3_expiration_days": 3650}},
    "cleanup.enabled": {"cleanup": {"enabled": True}},
}
WEAKER: dict[str, dict[str, Any]] = {
    "network.flow_logs": {"network": {"flow_logs": False}},
    "load_balancer.waf": {"load_balancer": {"waf": False}},
    "load_balancer.access_logs": {"load_balancer": {"access_logs": False}},
    "database.performance_insights": {"database": {"performance_insights": False}},
    "cleanup.enabled": {"cleanup": {"enabled": False}},
}
NEVER_WEAK_IN_PRODUCTION = {
    "load_balancer.deletion_protection",
    "database.multi_az",
    "database.deletion_protection",
    "database.final_snapshot",
    "alarms.enabled",
}


def made(data: dict[str, Any], **changes: Any) -> Environment:
    return from_data(changed(data, changes), source="test")


def violation_lines(*environments: Environment) -> list[str]:
    found = violations(environments).items()
    return [f"{name}: {problem}" for name, problems in found for problem in problems]


@pytest.mark.feature("E5")
def test_environments_of_this_repository_are_valid() -> None:
    assert [environment.name for environment in load_all()] == ["dev", "prod", "staging"]


@pytest.mark.feature("E5")
@pytest.mark.parametrize("path", STRONGER)
def test_production_is_no_weaker_than_staging(path: str) -> None:
    production = made(SMALLEST, **WEAKER.get(path, {}))
    staging = made(STAGING, **STRONGER[path])
    lines = [line for line in violation_lines(production, staging) if path in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"dev: {path}: production must not be weaker than staging: at least ")


@pytest.mark.feature("E5")
def test_every_strength_has_a_case_or_a_production_rule() -> None:
    assert {strength.path for strength in STRENGTHS} == {*STRONGER, *NEVER_WEAK_IN_PRODUCTION}


@pytest.mark.feature("E5")
def test_staging_may_be_weaker() -> None:
    assert violation_lines(made(SMALLEST), made(STAGING)) == []


@pytest.mark.feature("E5")
def test_environments_without_production_are_not_compared() -> None:
    weak = made(SMALLEST, production=False, cleanup={"enabled": False})
    assert violation_lines(weak, made(STAGING)) == []


@pytest.mark.feature("E5")
def test_broker_is_compared_only_with_a_broker() -> None:
    production = made(SMALLEST, topology="local_executor")
    assert violation_lines(production, made(STAGING, broker={"replicas": 5})) == []


@pytest.mark.feature("E5")
def test_overlapping_addresses_are_rejected() -> None:
    assert violation_lines(made(SMALLEST), made(STAGING, network={"cidr": "10.10.128.0/17"})) == [
        "staging: network.cidr: 10.10.128.0/17 overlaps 10.10.0.0/16 of dev. Fix: use a block that overlaps no other"
    ]


@pytest.mark.feature("E5")
def test_two_environments_may_share_an_existing_vpc() -> None:
    subnets = {f"{tier}_subnet_ids": [f"subnet-{n}0000001", f"subnet-{n}0000002"] for n, tier in
               enumerate(("public", "application", "data"))}  # fmt: skip
    network = {"cidr": "10.10.0.0/16", "existing": {"vpc_id": "vpc-00000001", "cidr": "10.10.0.0/16", **subnets}}
    assert violation_lines(made(SMALLEST, network=network), made(STAGING, network=network)) == []


@pytest.mark.feature("E5")
def test_shared_name_and_states_are_rejected() -> None:
    other, bucket = made(SMALLEST, network={"cidr": "10.20.0.0/16"}), "s3://state-of-dev/airflow-fargate"
    assert violation_lines(made(SMALLEST), other) == [
        "dev: name: two environments are named 'dev'. Fix: change the value",
        f"dev: state: {bucket}/dev-foundation is already the state of dev. Fix: change the value",
        f"dev: state: {bucket}/dev-airflow is already the state of dev. Fix: change the value",
    ]


OTHER_BUCKET = {"bucket": "other", "role_arn": "arn:aws:iam::222222222222:role/state"}


@pytest.mark.feature("E5")
def test_the_same_name_in_another_bucket_shares_no_state() -> None:
    other = made(SMALLEST, network={"cidr": "10.20.0.0/16"}, state=OTHER_BUCKET)
    assert violation_lines(made(SMALLEST), other) == [
        "dev: name: two environments are named 'dev'. Fix: change the value"
    ]


@pytest.mark.feature("E5")
def test_violation_names_its_file(tmp_path: Path) -> None:
    for data in (SMALLEST, changed(STAGING, {"network": {"cidr": "10.10.0.0/16"}})):
        (tmp_path / f"{data['name']}.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(InvalidEnvironment, match=rf"^{tmp_path}/staging.yaml: network.cidr: 10.10.0.0/16 overlaps"):
        load_all(tmp_path)


IN_ONE_VPC: dict[str, Any] = {
    "cidr": "10.99.0.0/16",
    "egress": "none",
    "existing": {
        "vpc_id": "vpc-00000001",
        "cidr": "10.99.0.0/16",
        "public_subnet_ids": ["subnet-00000001", "subnet-00000002"],
        "application_subnet_ids": ["subnet-00000003", "subnet-00000004"],
        "data_subnet_ids": ["subnet-00000005", "subnet-00000006"],
        "application_route_table_ids": ["rtb-00000001"],
    },
}


@pytest.mark.feature("N1", "I3")
def test_environments_in_one_vpc_claim_nothing_that_it_has_only_once() -> None:
    first, second = made(SMALLEST, network=IN_ONE_VPC), made(STAGING, network=IN_ONE_VPC)
    gateway, interfaces = violation_lines(first, second)
    assert gateway.startswith("staging: network.existing.application_route_table_ids[0]: dev already adds the S3")
    assert interfaces.startswith("staging: network.existing.endpoints_security_group_id: missing: dev already creates")
    assert interfaces.endswith("Fix: name their security group")
    shared = {"application_route_table_ids": [], "endpoints_security_group_id": "sg-00000001"}
    assert violation_lines(first, made(STAGING, network=changed(IN_ONE_VPC, {"existing": shared}))) == []


@pytest.mark.feature("N8")
def test_secret_of_an_environment_with_another_prefix_is_rejected() -> None:
    reader = {"workers": [{"name": "default", "queues": ["default"], "secrets": {"X": "/team/staging/secret"}}]}
    found = violation_lines(made(SMALLEST, **reader), made(STAGING, name_prefix="team"))
    assert found == [
        "dev: workers[0].secrets.X: /team/staging/secret belongs to staging. Fix: name a copy below another path"
    ]
