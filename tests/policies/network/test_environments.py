"""In every environment, the declared flows are exactly the possible flows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.configuration import Configuration
from terraform_gate.network.analysis.flow_comparison import extra_flows, missing_flows
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read

from environments.load import load_all
from tests.policies.network.environments import EXISTING, findings
from tests.synthesis import Deployment, deployed, synthesize
from tests.unit.environments.cases import DAG_ACCESS, WITH_DAG_ACCESS

ENVIRONMENTS = Path(__file__).parents[3] / "environments"


LARGE = {"name": "large", "cpu": 4096, "memory_mib": 16384}
TOPOLOGIES: dict[str, dict[str, Any]] = {
    "Celery with a single NAT gateway": {"network": {"egress": "single_nat"}},
    "Celery without NAT gateway": {"network": {"egress": "none"}},
    "Celery with a NAT gateway in each zone": {"network": {"egress": "nat_per_zone"}},
    "LocalExecutor": {"topology": "local_executor"},
    "Airflow tasks on Fargate": {"topology": "ecs"},
    "Airflow tasks on Fargate and workers": {"ecs_executor": {"sizes": [LARGE]}, "network": {"egress": "none"}},
    "destinations of DAGs of Airflow tasks on Fargate": {"topology": "ecs", "ecs_executor": DAG_ACCESS},
    "standalone": {"topology": "single"},
    "sequential": {"topology": "sequential"},
    "an existing network": {"network": {"existing": EXISTING}},
    "destinations of DAGs": WITH_DAG_ACCESS,
    "destinations of DAGs without Celery": {"topology": "single", "components": {"standalone": DAG_ACCESS}},
    "destinations of DAGs in an existing network": {**WITH_DAG_ACCESS, "network": {"existing": EXISTING}},
    "internet-facing for one CIDR block": {
        "load_balancer": {"scheme": "internet-facing", "allowed_cidrs": ["203.0.113.0/24"]}
    },
}


@pytest.fixture(scope="module", params=TOPOLOGIES)
def kind(request: pytest.FixtureRequest) -> Deployment:
    return deployed(**TOPOLOGIES[request.param])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The stacks of the environments in the repository."""
    return synthesize(load_all(str(ENVIRONMENTS)), out=tmp_path_factory.mktemp("synthesized"))


@pytest.mark.feature("E5")
def test_environments_share_no_state_and_no_cidr_block(written: dict[str, Path]) -> None:
    stacks = [json.loads(file.read_text()) for file in written.values()]
    keys = [json.dumps(stack["terraform"]["backend"], sort_keys=True) for stack in stacks]
    assert len(set(keys)) == len(keys), "two stacks share a state"
    blocks = [vpc["cidr_block"] for stack in stacks for vpc in stack["resource"].get("aws_vpc", {}).values()]
    assert len(set(blocks)) == len(blocks) == 3


def disagreements(configuration: Configuration) -> list[str]:
    network, flows = network_of(configuration), declared_flows(configuration)
    assert flows, "no flow is declared"
    missing = [f"missing {item.flow}" for item in missing_flows(network, flows)]
    return missing + [f"extra {item.source.name} -> {item.destination.name}" for item in extra_flows(network, flows)]


@pytest.mark.feature("N4")
def test_declared_flows_equal_possible_flows(kind: Deployment) -> None:
    assert disagreements(kind.configuration) == []


@pytest.mark.feature("P1")
def test_network_rules_pass_in_every_topology(kind: Deployment) -> None:
    assert findings(kind.configuration) == set()


@pytest.mark.feature("N4")
@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_declared_flows_equal_possible_flows_of_an_environment_file(name: str, written: dict[str, Path]) -> None:
    (configuration,) = read([written[f"{name}-foundation"], written[f"{name}-airflow"]]).configurations()
    assert disagreements(configuration) == []
    assert findings(configuration) == set()
