"""Modules that complete a network, a database or an account: network ACLs, RDS Proxy, DNS record, bootstrap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from environments.facts.secrets import DATABASE_PASSWORD
from modules.constructs.ci_roles import CiRoles
from modules.constructs.database_proxy import DatabaseProxy
from modules.constructs.dns_record import DnsRecord
from modules.constructs.encryption_key import EncryptionKey
from modules.constructs.network_acls import NetworkAcls
from modules.core.connections import Connections
from modules.core.database_reference import PORT, MetadataDatabaseReference
from modules.core.flows import Endpoint
from modules.core.private_bucket import PrivateBucket
from modules.export.ci_inputs import github_repository
from modules.export.dag_services import declare_destinations
from modules.export.egress_rules import Scope
from modules.export.exportable import ID, Exportable, Output
from modules.export.module_inputs import ModuleInputs
from modules.export.stacks import declared_flows

BOOTSTRAP_STEPS = """The state of the root that calls this module is local at first, because no bucket exists before it.
After the first apply, add an S3 backend with the outputs to the root and move the state:

```console
$ terraform init -migrate-state
```"""
ACL_STEPS = """A subnet has one network ACL: the ACLs of this module replace those that the subnets had. Their entries
permit what the components of the topology need, and nothing else in these subnets."""


def _network_acls(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    inputs.key("load_balancer.allowed_cidrs")
    nat = inputs.structure.network.egress != "none"
    declare_destinations(inputs, scope=Scope(existing=True, nat=nat, vpc="vpc_cidr"))
    given: dict[str, Any] = {
        "flows": declared_flows(inputs.structure),
        "through_nat": inputs.key("network.egress") != "none",
    }
    NetworkAcls(scope, ID, **inputs.arguments(NetworkAcls, **given))
    return {}


def _database_proxy(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    network = inputs.network()
    group = inputs.text("database_security_group_id", "Security group of the database.", example="sg-0123456789abcdef0")
    database = MetadataDatabaseReference(
        connections=Connections(Endpoint("metadata-database", "data"), group, network.flows, default_port=PORT),
        address="",
        password=inputs.secret(DATABASE_PASSWORD),
    )
    identifier = inputs.text("database_identifier", "Identifier of the RDS instance.", example="airflow-example")
    given: dict[str, Any] = {"network": network, "database": database, "identifier": identifier}
    made = DatabaseProxy(scope, ID, **inputs.arguments(DatabaseProxy, **given)).reference
    return {
        "address": Output(made.address, "DNS name of the proxy, port 5432."),
        "security_group_id": Output(
            made.connections.security_group_id, "Id of the proxy's security group: add an ingress rule for each client."
        ),
    }


def _dns_record(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    DnsRecord(
        scope,
        ID,
        domain_name=inputs.text("domain_name", "Name of the record.", example="airflow.example.org"),
        hosted_zone_id=inputs.text("hosted_zone_id", "Hosted zone that gets the record.", example="Z0123456789EXAMPLE"),
        dns_name=inputs.text(
            "load_balancer_dns_name",
            "DNS name of the load balancer.",
            example="airflow-example-1.eu-west-1.elb.amazonaws.com",
        ),
        zone_id=inputs.text(
            "load_balancer_zone_id", "Hosted zone of the load balancer's DNS name.", example="Z32O12XQLNTSW2"
        ),
    )
    return {}


def _bootstrap(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    purpose = "Terraform state of Airflow"
    given: dict[str, Any] = {"purpose": purpose}
    key = EncryptionKey(scope, "state-key", **inputs.arguments(EncryptionKey, **given))
    bucket = inputs.text("state_bucket", "Name of the state bucket, globally unique.", example="example-states")
    state = PrivateBucket(scope, "state", name=bucket, key_arn=key.arn, keep_old_versions_days=365)
    ci = CiRoles(
        scope,
        ID,
        **inputs.arguments(
            CiRoles,
            repository=github_repository(inputs),
            state_bucket_arn=state.arn,
            state_key_arn=key.arn,
        ),
    )
    return {
        "state_bucket": Output(state.name, "Name of the bucket of the Terraform states."),
        "state_key_arn": Output(key.arn, "ARN of the KMS key of the Terraform states."),
        "plan_role_arn": Output(ci.plan.arn, "ARN of the role for plans, which every branch may assume."),
        "deploy_role_arn": Output(ci.deploy.arn, "ARN of the role for deployments, which one branch may assume."),
    }


DATA_MODULES = (
    Exportable(
        "network-acls",
        "Network ACLs of an existing VPC with a subnet of each tier in every zone.",
        _network_acls,
        steps=ACL_STEPS,
    ),
    Exportable("database-proxy", "RDS Proxy for the metadata database: TLS required.", _database_proxy),
    Exportable("dns-record", "Route 53 alias record of a load balancer.", _dns_record),
    Exportable(
        "bootstrap",
        "State bucket with KMS key, and IAM roles for GitHub Actions, of one account.",
        _bootstrap,
        fixed={"iam_path": "the path of the CI roles themselves is computed from it"},
        steps=BOOTSTRAP_STEPS,
    ),
)
