"""Backends and the remote state between the stacks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, ELSEWHERE, NEIGHBOUR

OTHER_ACCOUNT = CUSTOM["state"]


def _backend(stack: dict[str, Any]) -> Any:
    return stack["terraform"]["backend"]


@pytest.mark.feature("E2")
def test_s3_backend_encrypts_and_locks_states() -> None:
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
def test_remote_state_equals_the_backend_of_the_foundation() -> None:
    deployment = deployed(**CUSTOM)
    remote = deployment.airflow["data"]["terraform_remote_state"]["foundation"]
    kept = _backend(deployment.foundation)["s3"]
    assert remote["backend"] == "s3"
    for key in ("bucket", "key", "region", "assume_role"):
        assert remote["config"][key] == kept[key], key


@pytest.mark.feature("E2")
def test_cloud_backend_has_one_workspace_for_each_stack() -> None:
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
def test_local_backend_has_one_file_for_each_stack() -> None:
    deployment = deployed(**NEIGHBOUR)
    assert _backend(deployment.airflow) == {"local": {"path": "state/test-airflow.tfstate"}}
