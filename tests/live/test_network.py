"""The running environment's packet filters, the policy gate's network model and real connections agree."""

from __future__ import annotations

import pytest
from terraform_harness.packet_filters.denials import Denial
from terraform_harness.packet_filters.probe import Outcome

from tests.live import matrix, necessity
from tests.live.conftest import Live

SHOWN = 20
FIRST_EPHEMERAL_PORT = 32768


def assert_agreement(live: Live) -> None:
    """Check that model, filters and connections agree for every source, destination and port."""
    results = matrix.tried(live)
    assert {result.expected_open for result in results} == {True, False}
    differences = [str(result) for result in results if not result.agrees]
    assert not differences, f"{len(differences)} of {len(results)} differ:\n" + "\n".join(differences[:SHOWN])


@pytest.mark.feature("H10")
def test_no_packet_of_the_environment_was_dropped(live: Live) -> None:
    """Airflow works because every flow is declared, not because it survives without one. Probes are not counted."""
    dropped = [denial for denials in live.ecs.vpc.denials() for denial in denials]
    assert [str(denial) for denial in dropped if _is_request(denial)] == []


def _is_request(denial: Denial) -> bool:
    """Whether the packets asked for a service: not a late packet of a connection that has ended, nor an ICMP error."""
    protocol, port = denial.service.split("/")
    return protocol in {"tcp", "udp"} and int(port) < FIRST_EPHEMERAL_PORT


@pytest.mark.feature("H10")
def test_model_filters_and_connections_agree_for_every_pair_of_endpoints(live: Live) -> None:
    assert_agreement(live)


@pytest.mark.feature("H10")
def test_an_acl_entry_that_aws_lost_is_a_difference(live: Live) -> None:
    """The test above fails when the account differs from the configuration."""
    ec2, network = live.emulator.client("ec2"), live.ecs.vpc.network
    entry = next(item for item in network.entries if item.egress and item.services.first == 5432)
    key = {"NetworkAclId": entry.acl, "RuleNumber": entry.number, "Egress": True}
    ec2.delete_network_acl_entry(**key)
    live.ecs.vpc.refresh()
    try:
        different = [result for result in matrix.tried(live) if not result.agrees]
    finally:
        ports = {"From": entry.services.first, "To": entry.services.last}
        ec2.create_network_acl_entry(**key, Protocol="6", RuleAction="allow", CidrBlock=entry.cidr, PortRange=ports)
        live.ecs.vpc.refresh()
    assert {(item.destination, item.port, item.outcome) for item in different} == {
        ("metadata-database", 5432, Outcome.TIMED_OUT)
    }
    assert all("the last egress entry of network ACL airflow-live-application" in item.dropped_by for item in different)


@pytest.mark.feature("H10")
def test_every_security_group_rule_lets_a_connection_through_that_no_other_rule_does(live: Live) -> None:
    superfluous = necessity.superfluous_rules(live)
    assert {rule.peer for rule in superfluous} <= necessity.with_reason(live).keys(), superfluous
