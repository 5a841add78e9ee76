"""The services of an environment: the same in the model and in the synthesized stacks."""

from __future__ import annotations

import pytest

from environments.derived.service_counts import service_counts
from environments.facts.topology import TOPOLOGIES
from tests.reading import services
from tests.synthesis import deployed


@pytest.mark.feature("T1")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_stacks_have_the_services_of_the_model(topology: str) -> None:
    deployment = deployed(topology=topology)
    assert {*services(deployment)} == {*service_counts(deployment.environment)}
