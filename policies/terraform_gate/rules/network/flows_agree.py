"""AF_NET_3: what is declared works, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.model import Network, Party
from terraform_gate.network.reach import Decision, Reach
from terraform_gate.network.reading.agreement import Missing, extra_flows, missing_flows
from terraform_gate.network.reading.flows import DeclaredFlow, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import flow, group, store, task, together, vpc, way_in, way_out
from terraform_gate.rules.shared.network_rule import NetworkRule, fail_named, short, unknown_named

_GROUPS = (group(name, tags={"airflow-fargate:place": name}) for name in ("scheduler", "database"))
_BASE = together(vpc(), *_GROUPS, store(), task("scheduler", groups=("scheduler",)))
_BOTH = together(
    way_out("sql", "scheduler", 5432, other="database"), way_in("sql", "database", 5432, other="scheduler")
)
_FLOWS = {"//": {"flows": [flow("scheduler", "database", 5432)]}}
_CLOSED = {
    "aws_network_acl": {"main": {"vpc_id": "${aws_vpc.main.id}", "subnet_ids": ["${aws_subnet.data_a.id}"]}},
}


class FlowsAgree(NetworkRule):
    """Declared flows against possible flows, through security groups, network ACLs, routes and NAT gateways.

    Says nothing where no flows are declared, or where nobody stands in the network yet. Of subnets that are made
    elsewhere it judges the security groups only: the rest is not in the configuration.
    """

    id = "AF_NET_3"
    title = "Declared flows and possible flows are the same"
    severity = Severity.HIGH
    why = "A flow that does not open is an outage on the first day. One that nobody declared is a way for an intruder."
    remediation = (
        "`python -m terraform_gate.network.reach_command PATH... --from A --to B --port N` names the rule that decides."
    )
    references = ()
    resource_types = ("aws_security_group",)
    passing = (Example(title="one flow, both ends", resources=together(_BASE, _BOTH), extra=_FLOWS),)
    failing = (
        Example(title="a network ACL stops a flow", resources=together(_BASE, _BOTH, _CLOSED), extra=_FLOWS),
        Example(title="a flow without rules", resources=_BASE, extra=_FLOWS),
        Example(
            title="an open port that no flow names",
            resources=together(
                _BASE,
                _BOTH,
                way_out("ssh", "scheduler", 22, other="database"),
                way_in("ssh", "database", 22, other="scheduler"),
            ),
            extra=_FLOWS,
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Report a missing flow at the server's group, an extra one at the client's."""
        network, flows = network_of(configuration), declared_flows(configuration)
        if flows and any(not party.is_outside for party in network.parties.values()):
            yield from _missing(configuration, network, flows)
            yield from _extra(configuration, network, flows)


def _missing(configuration: Configuration, network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[Finding]:
    for item in missing_flows(network, flows):
        flow = item.flow
        what = f"{flow.source.name} -> {flow.destination.name} {flow.protocol}/{flow.port} is declared, and"
        if item.decision is None:
            name = flow.source.name if flow.source.name not in network.parties else flow.destination.name
            for group_name in _anchor(network, flow):
                yield from unknown_named(configuration, group_name, f"{what} {name} is not in the configuration")
            continue
        say = unknown_named if item.decision.reach is Reach.UNKNOWN else fail_named
        for group_name in _groups(item.decision):
            yield from say(configuration, group_name, f"{what} {item.decision.reach}: {_why(item)}")


def _extra(configuration: Configuration, network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[Finding]:
    for item in extra_flows(network, flows):
        unknown = item.decision.reach is Reach.UNKNOWN and not item.decision.is_elsewhere
        way = f"{item.source.name} -> {item.destination.name} {describe(item.services)}"
        for group_name in _groups(item.decision):
            say = unknown_named if unknown else fail_named
            yield from say(configuration, group_name, f"{way} is open, and no flow declares it")


def _why(item: Missing) -> str:
    attempts = item.decision.attempts if item.decision else ()
    stops = [step for attempt in attempts for step in attempt.worst.steps if not step.passes]
    return f"{short(stops[0].where)}: {short(stops[0].because)}" if stops else "it is not known where both stand"


def _groups(decision: Decision) -> tuple[str, ...]:
    """One group to report at: the server's, else the client's."""
    for party in (decision.destination, decision.source):
        if not party.is_outside and party.groups:
            return party.groups[:1]
    return ()


def _anchor(network: Network, flow: DeclaredFlow) -> Iterator[str]:
    known: list[Party] = [
        network.parties[end.name] for end in (flow.destination, flow.source) if end.name in network.parties
    ]
    yield from [group_name for party in known for group_name in party.groups[:1]][:1]


rule = FlowsAgree()
