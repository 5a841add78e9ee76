"""Backends and the remote state between the stacks."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, ELSEWHERE, NEIGHBOUR

OTHER_ACCOUNT = CUSTOM["state"]
REMOTE = "data.terraform_remote_state.foundation"


@pytest.mark.feature("E2")
@pytest.mark.parametrize("layer", ["foundation", "airflow"])
def test_s3_backend_encrypts_and_locks_states(layer: str) -> None:
    backend = deployed(**CUSTOM).template_of(layer).one("backend")
    assert backend.type == "backend.s3"
    assert backend.values == {
        "bucket": "states",
        "key": f"airflow-fargate/dev-{layer}.tfstate",
        "region": "us-east-1",
        "encrypt": True,
        "use_lockfile": True,
        "kms_key_id": OTHER_ACCOUNT["kms_key_arn"],
        "assume_role": {"role_arn": OTHER_ACCOUNT["role_arn"]},
    }


@pytest.mark.feature("E2")
def test_remote_state_equals_the_backend_of_the_foundation() -> None:
    deployment = deployed(**CUSTOM)
    kept = deployment.template_of("foundation").one("backend").values
    remote = deployment.template_of("airflow").one(REMOTE).values
    assert remote["backend"] == "s3"
    for key in ("bucket", "key", "region", "assume_role"):
        assert remote["config"][key] == kept[key], key


@pytest.mark.feature("E2")
def test_cloud_backend_has_one_workspace_for_each_stack() -> None:
    deployment = deployed(**ELSEWHERE)
    for layer in ("foundation", "airflow"):
        (backend,) = [block for block in deployment.template_of(layer).others if block.address == "backend"]
        assert (backend.type, backend.values["organization"]) == ("backend.cloud", "example")
        assert backend.values["workspaces"]["name"] == f"dev-{layer}"
        assert backend.values["workspaces"]["project"] == "airflow"
    remote = deployment.template_of("airflow").one(REMOTE).values
    assert (remote["backend"], remote["config"]["workspaces"]) == ("remote", {"name": "dev-foundation"})
    assert not [name for name in deployment.stacks if name.startswith("bootstrap")], "nothing to bootstrap"


@pytest.mark.feature("E2")
def test_local_backend_has_one_file_for_each_stack() -> None:
    backend = deployed(**NEIGHBOUR).template_of("airflow").one("backend")
    assert (backend.type, backend.values) == ("backend.local", {"path": "state/test-airflow.tfstate"})
