"""Declared flows equal the flows that the network allows."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.network.analysis.flow_comparison import extra_flows, missing_flows
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of

from tests.reading import rules
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import GIT_SSH
from tests.unit.modules.variants import NETWORKS


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_declared_flows_equal_possible_flows(changes: dict[str, Any]) -> None:
    assert_network_is_connected_and_minimal(deployed(**changes))


@pytest.mark.feature("N4")
def test_git_over_ssh_opens_port_22_only() -> None:
    deployment = deployed(dags=GIT_SSH)
    assert_network_is_connected_and_minimal(deployment)
    outside = {(rule.group, rule.port) for rule in rules(deployment, egress=True) if rule.peer == "0.0.0.0/0"}
    cloning = {"scheduler", "dag-processor", "triggerer", "worker-default"}
    assert {group for group, port in outside if port == 22} <= cloning
    assert {port for _, port in outside} == {22, 443}


def assert_network_is_connected_and_minimal(deployment: Deployment) -> None:
    network, flows = network_of(deployment.configuration), declared_flows(deployment.configuration)
    assert len(flows) > 5
    missing = [
        f"{missing_flow.flow.source.name} -> {missing_flow.flow.destination.name} {missing_flow.flow.port}"
        for missing_flow in missing_flows(network, flows)
    ]
    extra = [f"{flow.source.name} -> {flow.destination.name} {flow.services}" for flow in extra_flows(network, flows)]
    assert (missing, extra) == ([], [])
