"""Names of one environment's resources in AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from environments.facts.stacks import stack_name

ENVIRONMENT_TAG = "airflow-fargate:environment"
"""Tag of every resource, with the name of the environment; Cost Explorer groups by it once it is activated."""
TEAM_TAG = "Team"
"""Tag of the ECS services of a team and of their Fargate tasks, with the name of the team."""
LOGIN_POLICY = "connect-to-database"
"""Inline policy of the task roles that log in to the metadata database with IAM tokens."""

BROKER_LOGIN_POLICY = "connect-to-broker"
"""Inline policy of the task roles that log in to the broker with IAM tokens."""


def resource_name(prefix: str, environment: str) -> str:
    """Name of the resources that an environment has once, and first part of all other names."""
    return f"{prefix}-{environment}"


def parameter_path(prefix: str, environment: str) -> str:
    """Path of the parameters and log groups of an environment."""
    return f"/{prefix}/{environment}"


@dataclass(frozen=True)
class Names:
    """Names that are known without asking AWS or Terraform.

    A name starts with ``<prefix>-<environment>``; a parameter and a log group with ``/<prefix>/<environment>``.

    >>> names = Names("airflow", "dev", "111111111111")
    >>> names.name, names.parameter("fernet-key"), names.bucket("task-logs")
    ('airflow-dev', '/airflow/dev/fernet-key', 'airflow-dev-task-logs-111111111111')
    """

    prefix: str
    environment: str
    account_id: str
    extra_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the cluster, the database, the replication group, the load balancer and the repository."""
        return resource_name(self.prefix, self.environment)

    @property
    def path(self) -> str:
        """Prefix of parameters and log groups."""
        return parameter_path(self.prefix, self.environment)

    @property
    def domain(self) -> str:
        """Private DNS name below which components find each other."""
        return f"{self.environment}.{self.prefix}.internal"

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every resource."""
        return {ENVIRONMENT_TAG: self.environment, "ManagedBy": "terraform", **self.extra_tags}

    @property
    def secrets_key(self) -> str:
        """Alias of the KMS key that encrypts the secrets."""
        return f"alias/{self.name}-secrets"

    def parameter(self, name: str) -> str:
        """Full name of the parameter ``name``."""
        return f"{self.path}/{name}"

    def one_off(self, process: str) -> str:
        """Family of the task definition of a one-off process, and name of its security group."""
        return f"{self.name}-{process}"

    def stack(self, layer: str) -> str:
        """Name of the Terraform stack of ``layer``: ``foundation`` or ``airflow``."""
        return stack_name(self.environment, layer)

    def bucket(self, purpose: str) -> str:
        """Name of a bucket. Bucket names are unique in all of AWS, so the name contains the account id."""
        return f"{self.name}-{purpose}-{self.account_id}"
