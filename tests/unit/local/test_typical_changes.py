"""The changes at the end of the demo."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_harness.lifecycle import LifecycleError

from environments.load import HOME, load
from local.typical_changes import _reject, changes_of


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
