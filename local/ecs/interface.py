"""The network interface of a Fargate task in the VPC of containers."""

from __future__ import annotations

from dataclasses import dataclass, field

from terraform_harness.packet_filters.namespace import NamespaceError
from terraform_harness.packet_filters.ruleset import Endpoint

from local.containers.engine import Container, EngineError
from local.ecs.agent import Agent
from local.ecs.fake_vpc import FakeVpc, listen_link_local, namespace_of
from local.ecs.gateways import Gateways
from local.ecs.relay import Relay, to_loopback

# The link-local address of the ECS agent on Fargate:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html
AGENT = "169.254.170.2"


@dataclass(kw_only=True)
class TaskInterface:
    """An address with filters, at which the task reaches the ECS agent."""

    vpc: FakeVpc
    gateways: Gateways
    agent: Agent
    endpoint: Endpoint
    _relays: list[Relay] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Its IPv4 address."""
        return self.endpoint.address

    def open(self, name: str) -> Container:
        """Start the container ``name``, which holds the interface.

        Raises:
            EngineError: the task cannot reach what Fargate needs to start it.
        """
        container = self.vpc.pause(name.removeprefix(f"{self.vpc.name}-"), *self.vpc.options(self.endpoint))
        try:
            namespace = self.vpc.attach(self.endpoint, container)
            listen_link_local(namespace, AGENT)
            self._relays.append(Relay(namespace.listen(AGENT, 80), to_loopback(self.agent.port)))
            self.gateways.check_start(self.endpoint, namespace_of(container))
        except (EngineError, NamespaceError) as error:
            self.close()
            container.remove()
            raise EngineError(str(error)) from error
        return container

    def close(self) -> None:
        """Keep the counters, and stop to serve."""
        self.vpc.detach(self.endpoint)
        while self._relays:
            self._relays.pop().close()
