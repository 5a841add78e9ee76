"""AF_BROKER_2: replication groups reject connections without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.endpoint_examples import replication_group as broker
from terraform_gate.rules.shared.settings_rule import is_on
from terraform_gate.terraform_resource import Resource


class BrokerTls(Rule):
    """`transit_encryption_enabled` and `transit_encryption_mode` of Redis and Valkey replication groups."""

    id = "AF_BROKER_2"
    title = "A replication group accepts connections with TLS only"
    severity = Severity.HIGH
    why = (
        "The provider's default is no TLS; with the mode preferred, ElastiCache accepts clients with and without TLS: "
        "messages and the AUTH token can be read in transit."
    )
    remediation = "Set transit_encryption_enabled to true. Set transit_encryption_mode to required, or omit it."
    references = ("FSBP ElastiCache.5", "CKV_AWS_30", "trivy AVD-AWS-0051")
    resource_types = ("aws_elasticache_replication_group",)
    passing = (
        Example(title="TLS", resources=broker(transit_encryption_enabled=True)),
        Example(
            title="TLS is required",
            resources=broker(transit_encryption_enabled=True, transit_encryption_mode="required"),
        ),
    )
    failing = (
        Example(title="the provider's default", resources=broker()),
        Example(title="no TLS", resources=broker(transit_encryption_enabled=False)),
        Example(
            title="TLS is preferred",
            resources=broker(transit_encryption_enabled=True, transit_encryption_mode="preferred"),
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Read whether TLS is on, then whether it is required."""
        if resource.get("global_replication_group_id"):
            return  # a secondary group has the encryption of the primary group
        enabled = is_on(resource.get("transit_encryption_enabled"))
        mode = resource.get("transit_encryption_mode")
        if enabled is False:
            yield Finding.fail(resource, "transit_encryption_enabled is not true")
        elif mode == "preferred":
            yield Finding.fail(resource, "transit_encryption_mode is preferred: clients without TLS are accepted")
        elif enabled is None:
            yield Finding.unknown(resource, "transit_encryption_enabled is not known before the apply")
        elif mode is not None and not is_known(mode):
            yield Finding.unknown(resource, f"transit_encryption_mode is not known before the apply: {mode}")


rule = BrokerTls()
