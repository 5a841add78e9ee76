"""AF_ACCESS_3: no argument grants access to other accounts, where the resource has no policy document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.argument_grants import CHECKS, foreign_accounts
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource

_INVOKE = {"function_name": "job", "action": "lambda:InvokeFunction"}
_RULE = f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/nightly"


_OWN = {"provider": {"aws": [{"region": "eu-central-1", "allowed_account_ids": [ACCOUNT]}]}}
_SIGNS_IN = "the provider would sign in"


def _permission(**arguments: str) -> Resources:
    return {"aws_lambda_permission": {"job": {**_INVOKE, **arguments}}}


def _acl(acl: str, **more: dict[str, Any]) -> Resources:
    object_ = {"bucket": "${aws_s3_bucket.logs.id}", "key": "a.txt", "content": "a", "acl": acl}
    return merge({"aws_s3_bucket": {"logs": {"bucket": "logs"}}, "aws_s3_object": {"a": object_}}, more)


class GrantedByArguments(Rule):
    """Lambda permissions and URLs, event buses, RAM shares, images, snapshots, layers, KMS grants, ACLs and others.

    An account is foreign when the provider of the stack lists ``allowed_account_ids`` without it.
    """

    id = "AF_ACCESS_3"
    title = "No argument grants access to every account, or to an account that the stack does not name"
    severity = Severity.HIGH
    why = (
        "These resources have no policy document: an argument names the principal. A service acts for every customer, "
        "so a permission for a service without an account lets other accounts use it."
    )
    remediation = (
        "Name the account: source_account, principal_org_id, a source_arn with the account, or IAM authorization."
    )
    references = ("CKV_AWS_258", "CKV_AWS_301", "CKV_AWS_364", "Prowler awslambda_function_not_publicly_accessible")
    resource_types = tuple(CHECKS)
    passing = (
        Example(
            title="a rule of one account",
            resources=_permission(principal="events.amazonaws.com", source_arn=_RULE),
        ),
        Example(
            title="a bucket of one account",
            resources=_permission(principal="s3.amazonaws.com", source_account=ACCOUNT, source_arn="arn:aws:s3:::logs"),
        ),
        Example(title="one account", resources=_permission(principal=ACCOUNT)),
        Example(
            title="an object with a public ACL in a bucket that ignores public ACLs",
            resources=_acl(
                "public-read",
                aws_s3_bucket_public_access_block={
                    "logs": {"bucket": "${aws_s3_bucket.logs.id}", "ignore_public_acls": True}
                },
            ),
        ),
        Example(
            title="a share within the organization",
            resources={"aws_ram_resource_share": {"net": {"name": "net", "allow_external_principals": False}}},
        ),
    )
    failing = (
        Example(title="every account", resources=_permission(principal="*")),
        Example(title="a service for every account", resources=_permission(principal="events.amazonaws.com")),
        Example(
            title="a service with a source of any account",
            resources=_permission(principal="events.amazonaws.com", source_arn="arn:aws:events:*:*:rule/*"),
            not_plannable_because="the provider rejects wildcards for region and account",
        ),
        Example(
            title="a function URL without authorization",
            resources={"aws_lambda_function_url": {"job": {"function_name": "job", "authorization_type": "NONE"}}},
        ),
        Example(
            title="an event bus for every account",
            resources={"aws_cloudwatch_event_permission": {"all": {"principal": "*", "statement_id": "all"}}},
        ),
        Example(
            title="a share beyond the organization",
            resources={"aws_ram_resource_share": {"net": {"name": "net", "allow_external_principals": True}}},
        ),
        Example(
            title="a layer for every account",
            resources={
                "aws_lambda_layer_version_permission": {
                    "tools": {
                        "layer_name": "tools",
                        "version_number": 1,
                        "principal": "*",
                        "action": "lambda:GetLayerVersion",
                        "statement_id": "all",
                    }
                }
            },
        ),
        Example(title="an object with a public ACL", resources=_acl("public-read")),
        Example(
            title="a bucket whose ACL names every user",
            resources={
                "aws_s3_bucket_acl": {
                    "logs": {
                        "bucket": "logs",
                        "access_control_policy": {
                            "owner": {"id": "0a1b"},
                            "grant": {
                                "permission": "READ",
                                "grantee": {
                                    "type": "Group",
                                    "uri": "http://acs.amazonaws.com/groups/global/AllUsers",
                                },
                            },
                        },
                    }
                }
            },
        ),
        Example(
            title="a database snapshot for every account",
            resources={
                "aws_db_snapshot": {
                    "a": {"db_instance_identifier": "a", "db_snapshot_identifier": "a", "shared_accounts": ["all"]}
                }
            },
        ),
        Example(
            title="a disk snapshot for every account",
            resources={
                "aws_snapshot_create_volume_permission": {"a": {"snapshot_id": "snap-0a1b", "account_id": "all"}}
            },
            not_plannable_because="the provider reads the snapshot from AWS",
        ),
        Example(
            title="an endpoint service for every account",
            resources={"aws_vpc_endpoint_service": {"a": {"acceptance_required": False, "allowed_principals": ["*"]}}},
        ),
        Example(
            title="a document of Systems Manager for every account",
            resources={
                "aws_ssm_document": {
                    "a": {
                        "name": "shared",
                        "document_type": "Command",
                        "content": "{}",
                        "permissions": {"type": "Share", "account_ids": "All"},
                    }
                }
            },
        ),
        Example(
            title="a KMS grant for a foreign account",
            resources={
                "aws_kms_grant": {
                    "a": {
                        "key_id": "0a1b",
                        "grantee_principal": "arn:aws:iam::999988887777:root",
                        "operations": ["Decrypt"],
                    }
                }
            },
            extra=_OWN,
            not_plannable_because=_SIGNS_IN,
        ),
        Example(
            title="replication into a foreign account",
            resources={
                "aws_s3_bucket_replication_configuration": {
                    "a": {
                        "bucket": "logs",
                        "role": f"arn:aws:iam::{ACCOUNT}:role/replication",
                        "rule": {
                            "status": "Enabled",
                            "destination": {"bucket": "arn:aws:s3:::other", "account": "999988887777"},
                        },
                    }
                }
            },
            extra=_OWN,
            not_plannable_because=_SIGNS_IN,
        ),
        Example(
            title="an image for every account",
            resources={"aws_ami_launch_permission": {"all": {"image_id": "ami-0a1b2c3d4e5f60718", "group": "all"}}},
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the arguments of each resource; an unknown principal is unknown."""
        for resource in configuration.of_type(*self.resource_types):
            yield from tuple(_evaluate(resource, configuration)) or (Finding.pass_(resource),)


def _evaluate(resource: Resource, configuration: Configuration) -> Iterator[Finding]:
    principal = resource.get("principal")
    if isinstance(principal, str) and not is_known(principal) and not resource.get("source_account"):
        yield Finding.unknown(resource, f"the principal {principal} is not known before the apply")
    yield from (Finding.fail(resource, text) for text in CHECKS[resource.type](resource, configuration))
    for account in foreign_accounts(resource, configuration.accounts_of(resource)):
        yield Finding.fail(resource, f"{account}, which is no account of the stack's provider, gets access")


rule = GrantedByArguments()
