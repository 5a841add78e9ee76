"""Names of an environment in AWS as the stacks give them: ``<prefix>-<environment>``, ``/airflow/<environment>``."""

from __future__ import annotations

from dataclasses import dataclass

from environments import Environment
from environments.rules.topology import COMPONENTS_OF


@dataclass(frozen=True)
class Names:
    """Everything that can be named without asking AWS or Terraform."""

    environment: Environment

    @property
    def name(self) -> str:
        """The cluster, the database, the replication group and the repository bear this name as it is."""
        return f"{self.environment.name_prefix}-{self.environment.name}"

    @property
    def path(self) -> str:
        """Prefix of parameters and log groups."""
        return f"/airflow/{self.environment.name}"

    def parameter(self, name: str) -> str:
        """Full name of a parameter."""
        return f"{self.path}/{name}"

    def one_off(self, process: str) -> str:
        """Family of a one-off task definition, and name of its security group."""
        return f"{self.name}-{process}"

    @property
    def secrets_key(self) -> str:
        """Alias of the KMS key that encrypts the secrets."""
        return f"alias/{self.name}-secrets"

    def stack(self, life_time: str) -> str:
        """Name of a Terraform stack: ``foundation`` or ``airflow``."""
        return f"{self.environment.name}-{life_time}"

    @property
    def state_bucket(self) -> str | None:
        """The bucket of the Terraform states, where they are in S3."""
        return self.environment.state.bucket

    def counts(self) -> dict[str, tuple[int, int]]:
        """Least and largest number of Fargate tasks of every service, by its name."""
        components = self.environment.components
        found = {name: getattr(components, name) for name in COMPONENTS_OF[self.environment.topology]}
        services = {
            name.replace("_", "-"): (size.count, size.max_count) for name, size in found.items() if size is not None
        }
        workers = {f"worker-{group.name}": (group.min_count, group.max_count) for group in self.environment.workers}
        return services | workers
