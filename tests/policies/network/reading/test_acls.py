"""Network ACLs written in every way that Terraform allows are read alike."""

from __future__ import annotations

import pytest
from terraform_gate.network.filters import Direction
from terraform_gate.network.services import describe
from terraform_gate.rules.shared.network_examples import (
    acl_entry,
    inline_acl_entry,
    network_acl,
    subnet,
    vpc,
)
from terraform_gate.rules.shared.resources import Resources, merge

from tests.policies.network.networks import network

LINE = acl_entry("one", 100, (443, 443), "10.0.0.0/8")


@pytest.mark.feature("P2")
@pytest.mark.parametrize(
    "written",
    [
        merge(network_acl("main", "app"), LINE),
        network_acl(
            "main", "app", ingress=[inline_acl_entry(100, "10.0.0.0/8", protocol="tcp", from_port=443, to_port=443)]
        ),
        merge(
            network_acl("main"),
            LINE,
            {
                "aws_network_acl_association": {
                    "one": {"network_acl_id": "${aws_network_acl.main.id}", "subnet_id": "${aws_subnet.app.id}"}
                }
            },
        ),
    ],
    ids=["separate", "inline", "association"],
)
def test_network_acl_is_read_the_same_in_every_syntax(written: Resources) -> None:
    made = network(vpc(), subnet("app", "10.0.2.0/24"), written)
    assert made.subnets["example//aws_subnet.app"].acls == ("example//aws_network_acl.main",)
    (found,) = made.acls["example//aws_network_acl.main"].in_order(Direction.INGRESS)
    assert (found.number, found.allow, describe(found.services)) == (100, True, "tcp/443")  # type: ignore[arg-type]


@pytest.mark.feature("P2")
def test_subnet_without_association_uses_the_default_acl() -> None:
    made = network(vpc(), subnet("app", "10.0.2.0/24"))
    (name,) = made.subnets["example//aws_subnet.app"].acls
    assert len(made.acls[name].entries) == 2
    closed = {"aws_default_network_acl": {"x": {"default_network_acl_id": "${aws_vpc.main.default_network_acl_id}"}}}
    made = network(vpc(), subnet("app", "10.0.2.0/24"), closed)
    (name,) = made.subnets["example//aws_subnet.app"].acls
    assert made.acls[name].entries == ()


@pytest.mark.feature("P2")
def test_icmp_entry_is_read_by_type() -> None:
    made = network(
        vpc(),
        network_acl("main"),
        acl_entry("ping", 100, (0, 0), "10.0.0.0/8", protocol="icmp", icmp_type=8, icmp_code=-1),
    )
    (found,) = made.acls["example//aws_network_acl.main"].entries
    assert describe(found.services) == "icmp/type 8"  # type: ignore[arg-type]
