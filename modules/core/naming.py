"""Names of one environment in AWS and in Terraform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Names:
    """Every name starts with ``<prefix>-<environment>``; parameters and log groups with ``/airflow/<environment>``."""

    prefix: str
    environment: str
    account_id: str
    extra_tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.prefix}-{self.environment}"

    @property
    def path(self) -> str:
        return f"/airflow/{self.environment}"

    @property
    def domain(self) -> str:
        """Private DNS name below which components find each other."""
        return f"{self.environment}.airflow.internal"

    @property
    def tags(self) -> dict[str, str]:
        return {"airflow-fargate:environment": self.environment, "ManagedBy": "terraform", **self.extra_tags}

    def stack(self, life_time: str) -> str:
        return f"{self.environment}-{life_time}"

    def bucket(self, purpose: str) -> str:
        """Bucket names are unique in the world: the account's number makes them so."""
        return f"{self.name}-{purpose}-{self.account_id}"
