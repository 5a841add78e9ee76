"""Declared flows are read from the metadata of the stacks."""

from __future__ import annotations

import pytest
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.testing import configuration_from

from tests.policies.network.networks import PAIR


@pytest.mark.feature("P1")
def test_malformed_flow_is_rejected_with_its_content() -> None:
    configuration = configuration_from(PAIR, **{"//": {"flows": [{"source": "a", "destination": "b"}]}})
    with pytest.raises(ValueError, match="'source': 'a'"):
        declared_flows(configuration)
