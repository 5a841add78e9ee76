"""What the DAGs of a service need beyond Airflow itself: destinations, IAM permissions and secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from modules.core.container import Secret
from modules.core.flows import ANYWHERE, INTERNET, Endpoint, identifier
from modules.core.grants import statement
from modules.core.task import Client

Conditions = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Destination:
    """Addresses or a security group outside of the environment, with a range of TCP ports.

    Args:
        ports: first and last port.
        why: purpose; becomes the description of the security group rule.
        cidr: IPv4 block of the destination.
        security_group_id: security group of the destination, instead of ``cidr``.
    """

    ports: tuple[int, int]
    why: str
    cidr: str | None = None
    security_group_id: str | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The destination as the end of a flow; members of a security group are in the application tier."""
        if self.security_group_id:
            return Endpoint(self.security_group_id, "application")
        if self.cidr in ANYWHERE:
            return INTERNET
        return Endpoint(identifier(self.cidr or ""), "internet", (self.cidr or "",))


@dataclass(frozen=True)
class Permission:
    """One statement that allows actions.

    Args:
        actions: IAM actions.
        resources: ARNs of the resources.
        conditions: condition operators with their keys and values.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the inline policy; it depends on the content, so another statement does not change it."""
        content = json.dumps([sorted(self.actions), sorted(self.resources), self.conditions], sort_keys=True)
        return f"dags-{sha256(content.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class DagAccess:
    """Gives a service the access that its DAGs need.

    Args:
        destinations: where DAGs connect to.
        managed_policies: ARNs of managed policies of the task role.
        permissions: statements of the task role.
        secrets: environment variable -> secret, which ECS reads at the start of a Fargate task.

    Example:
        >>> access = DagAccess(destinations=(Destination((5439, 5439), "warehouse", cidr="10.80.0.0/24"),))
        >>> access.destinations[0].endpoint.name
        '10-80-0-0-24'
    """

    destinations: tuple[Destination, ...] = ()
    managed_policies: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    secrets: Mapping[str, Secret] = field(default_factory=dict)

    def serve(self, client: Client) -> None:
        """Add security group rules, permissions and secrets to ``client``."""
        for destination in self.destinations:
            client.connections.allow_to(
                destination.endpoint,
                ports=destination.ports,
                why=destination.why,
                security_group_id=destination.security_group_id or "",
            )
        for arn in self.managed_policies:
            client.task_role.attach(arn)
        for item in self.permissions:
            allowed = statement(*item.actions, on=item.resources, conditions=item.conditions or None)
            client.task_role.grant(item.name, allowed)
        for variable, secret in self.secrets.items():
            client.add_secret(variable, secret)
