"""AF_NET_3: the declared flows are exactly the possible flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.flow_comparison import BlockedFlow, extra_flows, missing_flows
from terraform_gate.network.model import Endpoint, Network
from terraform_gate.network.reach import Decision, Reach
from terraform_gate.network.reading.flows import DeclaredFlow, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service
from terraform_gate.rules.shared.network_examples import declared_flow, egress_rule, ingress_rule, security_group, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule, fail_named, short, unknown_named
from terraform_gate.rules.shared.resources import merge

_GROUPS = (security_group(name, tags={"airflow-fargate:place": name}) for name in ("scheduler", "database"))
_BASE = merge(vpc(), *_GROUPS, database(), ecs_service("scheduler", groups=("scheduler",)))
_BOTH = merge(
    egress_rule("sql", "scheduler", 5432, other="database"), ingress_rule("sql", "database", 5432, other="scheduler")
)
_FLOWS = {"//": {"flows": [declared_flow("scheduler", "database", 5432)]}}
_CLOSED = {
    "aws_network_acl": {"main": {"vpc_id": "${aws_vpc.main.id}", "subnet_ids": ["${aws_subnet.data_a.id}"]}},
}


class FlowsMatch(NetworkRule):
    """Compares declared flows with possible flows, through security groups, network ACLs, routes and NAT gateways.

    Reports nothing when no flow is declared or no endpoint is in a VPC. For subnets outside the configuration it
    evaluates security groups only: their network ACLs and routes are not in the configuration.
    """

    id = "AF_NET_3"
    title = "Declared flows and possible flows are the same"
    severity = Severity.HIGH
    why = (
        "A declared flow that is blocked is an outage on the first deployment. A possible flow that is "
        "not declared gives an attacker a path."
    )
    remediation = "Run `python -m terraform_gate reach PATH... --from A --to B --port N` to see which rule decides."
    references = ()
    resource_types = ("aws_security_group",)
    passing = (Example(title="one flow with ingress and egress rules", resources=merge(_BASE, _BOTH), extra=_FLOWS),)
    failing = (
        Example(title="a network ACL blocks a declared flow", resources=merge(_BASE, _BOTH, _CLOSED), extra=_FLOWS),
        Example(title="a declared flow without rules", resources=_BASE, extra=_FLOWS),
        Example(
            title="an open port without a declared flow",
            resources=merge(
                _BASE,
                _BOTH,
                egress_rule("ssh", "scheduler", 22, other="database"),
                ingress_rule("ssh", "database", 22, other="scheduler"),
            ),
            extra=_FLOWS,
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Report blocked flows and undeclared flows."""
        network, flows = network_of(configuration), declared_flows(configuration)
        if flows and any(not endpoint.is_outside for endpoint in network.endpoints.values()):
            yield from _missing(configuration, network, flows)
            yield from _extra(configuration, network, flows)


def _missing(configuration: Configuration, network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[Finding]:
    for item in missing_flows(network, flows):
        flow = item.flow
        what = f"{flow.source.name} -> {flow.destination.name} {flow.protocol}/{flow.port} is declared, but"
        if item.decision is None:
            name = flow.source.name if flow.source.name not in network.endpoints else flow.destination.name
            for group_name in _anchor(network, flow):
                yield from unknown_named(configuration, group_name, f"{what} {name} is not in the configuration")
            continue
        say = unknown_named if item.decision.reach is Reach.UNKNOWN else fail_named
        for group_name in _groups(item.decision):
            yield from say(configuration, group_name, f"{what} {item.decision.reach}: {_reason(item)}")


def _extra(configuration: Configuration, network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[Finding]:
    for item in extra_flows(network, flows):
        unknown = item.decision.reach is Reach.UNKNOWN and not item.decision.is_external
        connection = f"{item.source.name} -> {item.destination.name} {describe(item.services)}"
        for group_name in _groups(item.decision):
            say = unknown_named if unknown else fail_named
            yield from say(configuration, group_name, f"{connection} is open without a declared flow")


def _reason(item: BlockedFlow) -> str:
    attempts = item.decision.attempts if item.decision else ()
    stops = [step for attempt in attempts for step in attempt.worst.steps if not step.passes]
    return f"{short(stops[0].where)}: {short(stops[0].because)}" if stops else "the subnets of one end are unknown"


def _groups(decision: Decision) -> tuple[str, ...]:
    """The security group to report at: the server's, else the client's."""
    for endpoint in (decision.destination, decision.source):
        if not endpoint.is_outside and endpoint.groups:
            return endpoint.groups[:1]
    return ()


def _anchor(network: Network, flow: DeclaredFlow) -> Iterator[str]:
    known: list[Endpoint] = [
        network.endpoints[end.name] for end in (flow.destination, flow.source) if end.name in network.endpoints
    ]
    yield from [group_name for endpoint in known for group_name in endpoint.groups[:1]][:1]


rule = FlowsMatch()
