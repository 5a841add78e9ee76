"""The generated filters in the kernel: three network namespaces on one switch, without a container engine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from terraform_harness.packet_filters.denials import read_counts, top
from terraform_harness.packet_filters.ec2_network import AclEntry, Ec2Network, GroupRule, Services, Subnet
from terraform_harness.packet_filters.namespace import NetworkNamespace
from terraform_harness.packet_filters.probe import Outcome, probe
from terraform_harness.packet_filters.ruleset import Endpoint, members_script, removed_script, ruleset
from terraform_harness.tools import require

POSTGRES = Services(protocol="6", first=5432, last=5432)
REPLIES = Services(protocol="6", first=32768, last=60999)
EVERYTHING = Services(protocol="-1")
CLIENT = Endpoint(name="client", address="10.99.0.4", subnet="subnet-a", groups=("sg-client",))
NEIGHBOR = Endpoint(name="neighbor", address="10.99.0.5", subnet="subnet-a", groups=("sg-server",))
SERVER = Endpoint(name="server", address="10.99.1.4", subnet="subnet-b", groups=("sg-server",))
ENDPOINTS = (CLIENT, NEIGHBOR, SERVER)


def _entry(acl: str, number: int, services: Services, *, egress: bool, allow: bool = True) -> AclEntry:
    return AclEntry(acl=acl, number=number, egress=egress, allow=allow, services=services, cidr="10.99.0.0/16")


NETWORK = Ec2Network(
    id="vpc-1",
    cidr="10.99.0.0/16",
    subnets={
        "subnet-a": Subnet(id="subnet-a", cidr="10.99.0.0/24", zone="a", acl="acl-a", routes=()),
        "subnet-b": Subnet(id="subnet-b", cidr="10.99.1.0/24", zone="b", acl="acl-b", routes=()),
    },
    rules=(
        GroupRule(id="sgr-1", group="sg-client", egress=True, services=POSTGRES, peer="sg-server"),
        GroupRule(id="sgr-2", group="sg-server", egress=False, services=POSTGRES, peer="sg-client"),
    ),
    entries=(
        _entry("acl-a", 100, POSTGRES, egress=True),
        _entry("acl-a", 200, REPLIES, egress=False),
        _entry("acl-b", 100, POSTGRES, egress=False),
        _entry("acl-b", 200, REPLIES, egress=True),
    ),
    names={"acl-b": "data", "sg-server": "database"},
)
Namespaces = dict[str, NetworkNamespace]


@pytest.fixture(scope="module")
def namespaces() -> Iterator[Namespaces]:
    require("packet-filters")
    with ExitStack() as stack:
        found = {name: _new_namespace(stack) for name in ("switch", *(endpoint.name for endpoint in ENDPOINTS))}
        _connect(found)
        yield found


def _new_namespace(stack: ExitStack) -> NetworkNamespace:
    holder = subprocess.Popen(["unshare", "--net", "sleep", "300"])
    stack.callback(holder.wait)
    stack.callback(holder.kill)
    return _entered(holder.pid)


def _entered(pid: int) -> NetworkNamespace:
    """The namespace of a process that ``unshare`` starts, once it has left this process's namespace."""
    own, other = Path("/proc/self/ns/net"), Path(f"/proc/{pid}/ns/net")
    while other.readlink() == own.readlink():
        pass
    return NetworkNamespace(pid)


def _connect(found: Namespaces) -> None:
    """A bridge in its own namespace, because bridged packets pass the filters of the bridge's namespace."""
    switch = found["switch"]
    switch.run("ip", "link", "add", "bridge", "type", "bridge")
    switch.run("ip", "link", "set", "bridge", "up")
    for endpoint in ENDPOINTS:
        pid = str(found[endpoint.name].pid)
        switch.run("ip", "link", "add", endpoint.name, "type", "veth", "peer", "eth0", "netns", pid)
        switch.run("ip", "link", "set", endpoint.name, "master", "bridge", "up")
        found[endpoint.name].run("ip", "address", "add", f"{endpoint.address}/16", "dev", "eth0")
        found[endpoint.name].run("ip", "link", "set", "eth0", "up")


def _apply(namespaces: Namespaces, network: Ec2Network) -> None:
    for endpoint in ENDPOINTS:
        namespaces[endpoint.name].nft(ruleset(network, endpoint, ENDPOINTS))


def _without(network: Ec2Network, *, acl: str, number: int) -> Ec2Network:
    kept = (entry for entry in network.entries if (entry.acl, entry.number) != (acl, number))
    return replace(network, entries=tuple(kept))


def _connects(namespaces: Namespaces, to: Endpoint, port: int = 5432) -> bool:
    target = (to.address, port)
    return probe(namespaces["client"], [target], seconds=0.5)[target] is Outcome.OPEN


def _denials(namespaces: Namespaces, network: Ec2Network) -> list[str]:
    names = {endpoint.address: endpoint.name for endpoint in ENDPOINTS}
    return top([read_counts(network, endpoint, namespaces[endpoint.name]).denials for endpoint in ENDPOINTS], names)


@pytest.mark.feature("H10")
def test_declared_connection_opens_and_its_packets_are_counted(namespaces: Namespaces) -> None:
    _apply(namespaces, NETWORK)
    assert _connects(namespaces, SERVER)
    assert read_counts(NETWORK, CLIENT, namespaces["client"]).packets >= 4
    assert _denials(namespaces, NETWORK) == []


def test_undeclared_port_is_dropped_by_the_security_group_which_the_denial_names(namespaces: Namespaces) -> None:
    _apply(namespaces, NETWORK)
    assert not _connects(namespaces, SERVER, 22)
    (denial,) = _denials(namespaces, NETWORK)
    assert denial.endswith("client -> server tcp/22: no egress rule of security group sg-client (sg-client) allows it")


def test_security_group_of_the_server_drops_what_the_client_may_send(namespaces: Namespaces) -> None:
    network = replace(NETWORK, rules=NETWORK.rules[:1])
    _apply(namespaces, network)
    assert not _connects(namespaces, SERVER)
    (denial,) = _denials(namespaces, network)
    assert denial.endswith(
        "client -> server tcp/5432: no ingress rule of security group database (sg-server) allows it"
    )


def test_replies_need_an_acl_entry_and_no_security_group_rule(namespaces: Namespaces) -> None:
    network = _without(NETWORK, acl="acl-b", number=200)
    _apply(namespaces, network)
    assert not _connects(namespaces, SERVER)
    (denial,) = _denials(namespaces, network)
    assert "server -> client tcp/" in denial
    assert denial.endswith("the last egress entry of network ACL data (acl-b) denies it")


def test_acl_entry_with_the_lower_number_decides(namespaces: Namespaces) -> None:
    denied = _entry("acl-b", 50, EVERYTHING, egress=False, allow=False)
    network = replace(NETWORK, entries=(*NETWORK.entries, denied))
    _apply(namespaces, network)
    assert not _connects(namespaces, SERVER)
    (denial,) = _denials(namespaces, network)
    assert denial.endswith("ingress entry 50 of network ACL data (acl-b) denies it")
    _apply(namespaces, replace(NETWORK, entries=(*NETWORK.entries, replace(denied, number=150))))
    assert _connects(namespaces, SERVER)


def test_acl_does_not_apply_inside_a_subnet(namespaces: Namespaces) -> None:
    network = replace(NETWORK, entries=())
    _apply(namespaces, network)
    assert _connects(namespaces, NEIGHBOR)
    assert not _connects(namespaces, SERVER)


def test_removed_flow_is_dropped_although_rules_allow_it(namespaces: Namespaces) -> None:
    _apply(namespaces, NETWORK)
    namespaces["client"].nft(removed_script([(SERVER.address, 5432)]))
    assert not _connects(namespaces, SERVER)
    (denial,) = _denials(namespaces, NETWORK)
    assert denial.endswith("client -> server tcp/5432: the flow was removed")
    namespaces["client"].nft(removed_script([]))
    assert _connects(namespaces, SERVER)


def test_new_member_of_a_group_is_admitted(namespaces: Namespaces) -> None:
    for endpoint in ENDPOINTS:
        namespaces[endpoint.name].nft(ruleset(NETWORK, endpoint, [SERVER, NEIGHBOR]))
    assert not _connects(namespaces, SERVER)
    namespaces["server"].nft(members_script("sg-client", [CLIENT.address]))
    assert _connects(namespaces, SERVER)
