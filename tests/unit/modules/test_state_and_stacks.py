"""E1 to E5 as Terraform sees them: stacks by life-time, remote state, account guard; and the same bytes every time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.reading.expression import references

from environments.load import from_data
from tests.synthesis import deployed, synthesize
from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.modules.large import CUSTOM, ELSEWHERE, LARGE, NEIGHBOUR

DATA = {"aws_db_instance", "aws_elasticache_replication_group", "aws_s3_bucket", "aws_ssm_parameter", "aws_kms_key"}
OTHER_ACCOUNT = CUSTOM["state"]


def _backend(stack: dict[str, Any]) -> Any:
    return stack["terraform"]["backend"]


@pytest.mark.feature("E2")
def test_states_in_s3_are_encrypted_and_locked_in_place() -> None:
    deployment = deployed(**CUSTOM)
    for stack in ("foundation", "airflow"):
        assert _backend(deployment.stacks[f"dev-{stack}"])["s3"] == {
            "bucket": "states",
            "key": f"airflow-fargate/dev-{stack}.tfstate",
            "region": "us-east-1",
            "encrypt": True,
            "use_lockfile": True,
            "kms_key_id": OTHER_ACCOUNT["kms_key_arn"],
            "assume_role": {"role_arn": OTHER_ACCOUNT["role_arn"]},
        }


@pytest.mark.feature("E2")
def test_airflow_reads_the_state_where_foundation_keeps_it() -> None:
    deployment = deployed(**CUSTOM)
    remote = deployment.airflow["data"]["terraform_remote_state"]["foundation"]
    kept = _backend(deployment.foundation)["s3"]
    assert remote["backend"] == "s3"
    for key in ("bucket", "key", "region", "assume_role"):
        assert remote["config"][key] == kept[key], key


@pytest.mark.feature("E2")
def test_one_workspace_for_each_stack_in_hcp_terraform() -> None:
    deployment = deployed(**ELSEWHERE)
    for stack in ("foundation", "airflow"):
        cloud = deployment.stacks[f"dev-{stack}"]["terraform"]["cloud"]
        assert cloud["organization"] == "example"
        assert cloud["workspaces"]["name"] == f"dev-{stack}"
        assert cloud["workspaces"]["project"] == "airflow"
        assert "backend" not in deployment.stacks[f"dev-{stack}"]["terraform"]
    remote = deployment.airflow["data"]["terraform_remote_state"]["foundation"]
    assert (remote["backend"], remote["config"]["workspaces"]) == ("remote", {"name": "dev-foundation"})
    assert not [name for name in deployment.stacks if name.startswith("bootstrap")], "nothing to bootstrap"


@pytest.mark.feature("E2")
def test_a_local_state_for_tests() -> None:
    deployment = deployed(**NEIGHBOUR)
    assert _backend(deployment.airflow) == {"local": {"path": "state/test-airflow.tfstate"}}


@pytest.mark.feature("E2")
def test_the_state_bucket_is_versioned_encrypted_closed_and_tls_only() -> None:
    bootstrap = deployed().stacks["bootstrap-111111111111"]["resource"]
    (versioning,) = bootstrap["aws_s3_bucket_versioning"].values()
    assert versioning["versioning_configuration"]["status"] == "Enabled"
    (encryption,) = bootstrap["aws_s3_bucket_server_side_encryption_configuration"].values()
    assert encryption["rule"][0]["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    (block,) = bootstrap["aws_s3_bucket_public_access_block"].values()
    assert all(block[key] for key in block if key.startswith(("block_", "ignore_", "restrict_")))
    (policy,) = bootstrap["aws_s3_bucket_policy"].values()
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    (bucket,) = bootstrap["aws_s3_bucket"].values()
    assert bucket["bucket"] == "state-of-dev"


@pytest.mark.feature("E3")
def test_what_holds_data_outlives_every_deployment_of_airflow() -> None:
    deployment = deployed(**LARGE)
    assert set(deployment.foundation["resource"]) >= DATA
    assert not DATA & set(deployment.airflow["resource"])
    assert not [kind for kind in deployment.foundation["resource"] if kind.startswith(("aws_ecs", "aws_lb"))]


@pytest.mark.feature("E3")
def test_every_output_that_airflow_reads_is_published_and_every_published_one_described() -> None:
    deployment = deployed(**LARGE)
    text = json.dumps(deployment.airflow["resource"]) + json.dumps(deployment.airflow["output"])
    published = deployment.foundation["output"]
    read = {name for name in published if f"terraform_remote_state.foundation.outputs.{name}" in text}
    assert text.count("data.terraform_remote_state.foundation.outputs.") >= len(read) > 10
    unknown = _outputs_read(text) - set(published)
    assert not unknown
    assert all(one["description"] for one in published.values())


def _outputs_read(text: str) -> set[str]:
    return set(re.findall(r"terraform_remote_state\.foundation\.outputs\.(\w+)", text))


@pytest.mark.feature("E3")
def test_every_reference_finds_its_resource() -> None:
    deployment = deployed(**LARGE)
    for resource in deployment.configuration.resources.values():
        for one in references(resource.body):
            if not one.key.partition("//")[2].startswith(("ephemeral.", "data.")) and "ephemeral" not in one.key:
                assert deployment.configuration.find(one), f"{resource.key} mentions {one.key}"


@pytest.mark.feature("E4")
def test_the_provider_works_against_one_account_in_one_region() -> None:
    for name, stack in deployed().stacks.items():
        (provider,) = stack["provider"]["aws"]
        assert provider["allowed_account_ids"] == ["111111111111"], name
        assert provider["region"] == "eu-central-1", name


@pytest.mark.feature("E4")
def test_every_resource_is_tagged_with_its_environment() -> None:
    tags = deployed(**CUSTOM).airflow["provider"]["aws"][0]["default_tags"][0]["tags"]
    assert tags == {"ManagedBy": "terraform", "airflow-fargate:environment": "dev", "cost-center": "data"}


@pytest.mark.feature("O1")
@pytest.mark.parametrize("changes", [{}, LARGE])
def test_a_second_synthesis_changes_no_byte(changes: dict[str, Any], tmp_path: Path) -> None:
    environment = from_data(changed(SMALLEST, changes), source="test")
    first = deployed(**changes).files
    second = synthesize([environment], out=tmp_path)
    assert {name: file.read_bytes() for name, file in first.items()} == {
        name: file.read_bytes() for name, file in second.items()
    }


@pytest.mark.feature("O1")
def test_no_address_carries_a_hash_and_no_name_is_random() -> None:
    deployment = deployed(**LARGE)
    hashed = re.compile(r"_(?=[0-9A-F]*\d)[0-9A-F]{8}$")
    assert not [item.address for item in deployment.configuration.resources.values() if hashed.search(item.name)]
    assert not [kind for kind in deployment.types if kind.startswith("random_")]


@pytest.mark.feature("E3")
def test_no_data_source_but_the_remote_state() -> None:
    deployment = deployed(**LARGE)
    for name, stack in deployment.stacks.items():
        assert set(stack.get("data", {})) <= {"terraform_remote_state"}, name


@pytest.mark.feature("E3")
def test_terraform_and_provider_versions_are_pinned() -> None:
    for stack in deployed().stacks.values():
        assert stack["terraform"]["required_version"] == ">= 1.11.0"
        assert stack["terraform"]["required_providers"]["aws"]["version"] == "5.100.0"
