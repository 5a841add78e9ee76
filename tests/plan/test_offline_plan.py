"""Every stack of every environment is valid for the real provider and plans without network, account or backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from terraform_harness.terraform import workspace
from terraform_harness.terraform.run import LOCK_FILE

from tests.plan.conftest import ENVIRONMENTS, OfflinePlan

# One process makes what the tests share.
pytestmark = pytest.mark.xdist_group("offline-plans")


@pytest.mark.feature("H2", "E3")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("part", ["foundation", "airflow"])
def test_stack_plans_without_an_account(planned: Callable[[str], OfflinePlan], environment: str, part: str) -> None:
    done = planned(f"{environment}-{part}")
    # The messages name every change; ``show`` would read the schema of the provider again, for a second.
    actions = [message.fields["change"]["action"] for message in done.messages if message.kind == "planned_change"]
    resources = workspace.read(done.root.folder)["resource"]
    assert actions == ["create"] * sum(map(len, resources.values()))


@pytest.mark.feature("H2")
def test_bootstrap_plans_without_an_account(planned: Callable[[str], OfflinePlan]) -> None:
    assert planned("bootstrap-111111111111").plan.changes


def test_providers_are_verified_by_init_alone(offline: Any) -> None:
    """The lock file of a temporary copy keeps the version of the provider, without the checksums."""
    root = offline("bootstrap-111111111111")
    lock = root.folder / LOCK_FILE
    assert "hashes" not in lock.read_text()
    assert 'version     = "5.100.0"' in lock.read_text()
    root.validate()
    root.init()
    assert "hashes = [" in lock.read_text()
