"""The network model, compared with an oracle that tries every address and port."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses
from terraform_gate.network.model import Endpoint, Kind
from terraform_gate.network.reach import decide
from terraform_gate.network.services import service

from tests.policies.network.network_cases import CASES, OUTSIDE, PORT, Case, Line, endpoints, network_of
from tests.policies.network.oracle import Oracle, nat_answer


@pytest.mark.feature("P1")
@settings(max_examples=400)
@given(CASES)
def test_decision_matches_the_oracle(case: Case) -> None:
    source, destination = endpoints(case)
    decision = decide(network_of(case), source, destination, service=service("tcp", PORT))
    event(f"{decision.reach} from {'inside' if case.source_subnets else 'outside'}")
    assert decision.reach == Oracle(case).answer()


@pytest.mark.feature("P1")
@settings(max_examples=200)
@given(CASES, st.sampled_from([("a",), ("b",), ("a", "b")]))
def test_egress_through_a_nat_gateway_matches_the_oracle(drawn: Case, places: tuple[str, ...]) -> None:
    """Replies to the NAT gateway are allowed: its ephemeral ports are independent of the client's."""
    replies = Line(0, False, True, OUTSIDE, (1024, 65535))
    acls = {**drawn.acls, "c": (replies, *drawn.acls["c"])}
    case = replace(drawn, gateway="nat", kind=Kind.LINUX_TASK, source_subnets=places, acls=acls)
    outside = Endpoint(name="outside", kind=Kind.ADDRESSES, addresses=addresses(OUTSIDE))
    decision = decide(network_of(case), endpoints(case)[0], outside, service=service("tcp", PORT))
    event(str(decision.reach))
    assert decision.reach == nat_answer(case)
