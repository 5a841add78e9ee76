"""The network and the permissions of an environment read from its plans: the same flows, nothing left unjudged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.network.analysis.flow_comparison import extra_flows, missing_flows
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read
from terraform_gate.rules.catalog import all_rules

from tests.plan.conftest import OfflinePlan


@pytest.mark.feature("N4", "P5")
@pytest.mark.xdist_group("offline-plans")
def test_planned_flows_are_the_declared_flows(
    stacks: Path, planned: Callable[[str], OfflinePlan], tmp_path: Path
) -> None:
    names = ("dev-foundation", "dev-airflow")
    plans = []
    for name in names:
        done = planned(name)
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(done.root.show(done.plan)))
        plans.append((name, file))
    inputs = read([stacks / name / "cdk.tf.json" for name in names], plans=plans)
    assert inputs.problems == []
    configurations = [item for item in inputs.configurations() if network_of(item).groups]
    assert [{value.is_planned for value in item.resources.values()} for item in configurations] == [{False}, {True}]
    for configuration in configurations:
        network, flows = network_of(configuration), declared_flows(configuration)
        assert flows
        assert [item.flow for item in missing_flows(network, flows)] == []
        assert list(extra_flows(network, flows)) == []
        found = [
            f"{rule.id} {finding.resource.address}: {finding.message}"
            for rule in all_rules()
            if rule.id.startswith(("AF_SG_", "AF_NACL_", "AF_NET_", "AF_IAM_", "AF_ACCESS_", "AF_SECRET_"))
            for finding in rule.evaluate(configuration)
            if finding.verdict is not Verdict.PASS
        ]
        assert found == []
