"""The running environment's packet filters, the policy gate's network model and real connections agree."""

from __future__ import annotations

import pytest
from terraform_gate.network.reach import Reach
from terraform_harness.packet_filters.probe import Outcome

from tests.live import matrix
from tests.live.conftest import Live

SHOWN = 20


@pytest.mark.feature("R3")
def test_model_filters_and_connections_agree_for_every_pair_of_endpoints(live: Live) -> None:
    network = matrix.modelled(live.applied.stacks)
    with matrix.ends(live, network) as found:
        wanted = matrix.connections(network, sorted(found))
        expected = matrix.decisions(network, wanted)
        outcomes = matrix.tried(found, expected)
        dropped = matrix.dropped_by(live, found)
    assert set(found) == set(network.endpoints), "an endpoint of the model does not run"
    assert set(expected.values()) == {Reach.OPEN, Reach.CLOSED}
    differences = [
        f"{item}: model {expected[item]}, connection {outcomes[item]}, filters: {dropped.get(item, 'nothing dropped')}"
        for item in wanted
        if (expected[item] is Reach.OPEN) != (outcomes[item] is Outcome.OPEN)
        # A connection without a way is not dropped by any filter.
        or (outcomes[item] is Outcome.TIMED_OUT) != (item in dropped)
    ]
    assert not differences, f"{len(differences)} of {len(wanted)} differ:\n" + "\n".join(differences[:SHOWN])
