"""The changes at the end of the demo."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_harness.lifecycle import LifecycleError

from environments.load import HOME, load
from environments.yaml_reader import read_mapping
from local.typical_changes import UNPROTECTED, _reject, _with, changes_of
from tests.synthesis import deployed_data


@pytest.mark.feature("O1", "E7")
def test_dev_gets_a_larger_worker_a_queue_and_a_zone() -> None:
    changes = dict(changes_of(load(HOME / "dev.yaml")))
    assert list(changes) == ["worker default gets 3072 MiB", "new queue reports", "third zone eu-central-1c"]
    assert [group["name"] for group in changes["new queue reports"]["workers"]] == ["default", "reports"]


@pytest.mark.feature("O1", "E8")
def test_demo_stops_before_a_replacement() -> None:
    change: dict[str, Any] = {
        "address": "aws_subnet.a",
        "type": "aws_subnet",
        "change": {"actions": ["delete", "create"]},
    }
    with pytest.raises(LifecycleError, match="aws_subnet.a would be replaced: the addresses of everything in it"):
        _reject("dev-foundation", {"resource_changes": [change]})


@pytest.mark.feature("O1", "C6")
@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_environment_can_be_destroyed_after_its_protection_was_removed(name: str) -> None:
    document = read_mapping((HOME / f"{name}.yaml").read_text())
    protected, unprotected = deployed_data(document), deployed_data(_with(document, UNPROTECTED))
    for deployment, expected in ((protected, name != "dev"), (unprotected, False)):
        (database,), (balancer,) = deployment.of("aws_db_instance"), deployment.of("aws_lb")
        assert database.body["deletion_protection"] is balancer.body["enable_deletion_protection"] is expected
        assert database.body["skip_final_snapshot"] is not expected
        assert {bucket.body["force_destroy"] for bucket in deployment.of("aws_s3_bucket")} >= {not expected}
    assert (_with(document, UNPROTECTED) == document) is (name == "dev")
