"""The names of one environment in AWS and in Terraform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Names:
    """The names of one environment.

    Names start with ``<prefix>-<environment>``; parameters and log groups start with ``/airflow/<environment>``.

    Args:
        prefix: first part of every name.
        environment: name of the environment.
        account_id: AWS account.
        extra_tags: tags in addition to the project's own.
    """

    prefix: str
    environment: str
    account_id: str
    extra_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Prefix of all resource names."""
        return f"{self.prefix}-{self.environment}"

    @property
    def path(self) -> str:
        """Prefix of parameters and log groups."""
        return f"/airflow/{self.environment}"

    @property
    def domain(self) -> str:
        """Private DNS domain of the components' internal names."""
        return f"{self.environment}.airflow.internal"

    @property
    def tags(self) -> dict[str, str]:
        """Default tags of every resource."""
        return {"airflow-fargate:environment": self.environment, "ManagedBy": "terraform", **self.extra_tags}

    def stack(self, layer: str) -> str:
        """Return the name of the stack ``layer`` (``foundation`` or ``airflow``)."""
        return f"{self.environment}-{layer}"

    def bucket(self, purpose: str) -> str:
        """Return the name of a bucket; it contains the account id because bucket names are global."""
        return f"{self.name}-{purpose}-{self.account_id}"
