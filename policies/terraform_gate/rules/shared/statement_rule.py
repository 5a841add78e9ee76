"""The base class of rules about single policy statements."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Rule
from terraform_gate.terraform_resource import Resource

IDENTITY: dict[str, str] = {
    "aws_iam_policy": "policy",
    "aws_iam_role_policy": "policy",
    "aws_iam_user_policy": "policy",
    "aws_iam_group_policy": "policy",
    "aws_iam_role": "policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline_policy",
}
"""Resource type -> argument that contains an identity policy."""
TRUST: dict[str, str] = {"aws_iam_role": "assume_role_policy"}
RESOURCE: dict[str, str] = {
    "aws_s3_bucket_policy": "policy",
    "aws_kms_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_efs_file_system_policy": "policy",
    "aws_backup_vault_policy": "policy",
    "aws_dynamodb_resource_policy": "policy",
    "aws_opensearch_domain_policy": "access_policies",
    "aws_cloudwatch_event_bus_policy": "policy",
    "aws_sqs_queue": "policy",
    "aws_sns_topic": "policy",
    "aws_s3_bucket": "policy",
    "aws_s3_access_point": "policy",
    "aws_s3control_access_point_policy": "policy",
    "aws_secretsmanager_secret": "policy",
    "aws_kms_external_key": "policy",
    "aws_kms_replica_key": "policy",
    "aws_ecr_registry_policy": "policy",
    "aws_ecrpublic_repository_policy": "policy",
    "aws_cloudwatch_log_destination_policy": "access_policy",
    "aws_api_gateway_rest_api": "policy",
    "aws_api_gateway_rest_api_policy": "policy",
    "aws_elasticsearch_domain": "access_policies",
    "aws_elasticsearch_domain_policy": "access_policies",
    "aws_opensearch_domain": "access_policies",
    "aws_glue_resource_policy": "policy",
    "aws_glacier_vault": "access_policy",
    "aws_kinesis_resource_policy": "policy",
    "aws_msk_cluster_policy": "policy",
    "aws_codeartifact_domain_permissions_policy": "policy_document",
    "aws_codeartifact_repository_permissions_policy": "policy_document",
    "aws_codebuild_resource_policy": "policy",
    "aws_ses_identity_policy": "policy",
    "aws_sesv2_email_identity_policy": "policy",
    "aws_acmpca_policy": "policy",
    "aws_networkfirewall_resource_policy": "policy",
    "aws_vpclattice_resource_policy": "policy",
    "aws_redshift_resource_policy": "policy",
}
"""Resource type -> argument that contains a resource policy, with principals."""


ALL: dict[str, str] = {**RESOURCE, **TRUST, **IDENTITY}


class StatementRule(Rule):
    """A rule about each policy statement. Subclasses set ``documents`` and implement ``violations``."""

    documents: ClassVar[dict[str, str]]
    """Resource type -> argument."""

    def __init_subclass__(cls) -> None:
        """Derive the resource types from ``documents``."""
        if "documents" in cls.__dict__:
            cls.resource_types = tuple(cls.documents)

    def violations_in(self, statement: Statement, accounts: frozenset[str]) -> Iterator[str]:  # noqa: ARG002
        """Yield what is wrong with one statement of a stack that deploys to ``accounts``; empty when not stated."""
        yield from self.violations(statement)

    @abstractmethod
    def violations(self, statement: Statement) -> Iterator[str]:
        """Yield what is wrong with one statement."""

    def unknown(self, statement: Statement) -> Iterator[str]:  # noqa: ARG002  subclasses use it
        """Yield what must be known about one statement for a verdict, and is not."""
        yield from ()

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate every document of every resource."""
        for resource in configuration.of_type(*self.resource_types):
            yield from self._evaluate_documents(resource, configuration)

    def _evaluate_documents(self, resource: Resource, configuration: Configuration) -> Iterator[Finding]:
        for value in _documents(resource, self.documents[resource.type]):
            yield from self.evaluate_document(resource, value, configuration)

    def evaluate_document(self, resource: Resource, value: Any, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate one document of a resource; a malformed one has no finding, because AF_IAM_1 reports it."""
        try:
            statements = statements_in(value, configuration)
        except UnknownDocumentError as error:
            yield Finding.unknown(resource, str(error))
            return
        except MalformedError:
            return
        accounts = configuration.accounts_of(resource)
        violations = [
            f"{statement.label}: {text}" for statement in statements for text in self.violations_in(statement, accounts)
        ]
        unknown = [f"{statement.label}: {text}" for statement in statements for text in self.unknown(statement)]
        yield from [Finding.fail(resource, text) for text in violations]
        yield from [Finding.unknown(resource, text) for text in unknown]
        if not violations and not unknown:
            yield Finding.pass_(resource)


def _documents(resource: Resource, argument: str) -> Iterator[Any]:
    if resource.get(argument) is not None:
        yield resource.get(argument)
    if resource.type == "aws_iam_role" and argument == "policy":
        yield from (block["policy"] for block in resource.blocks("inline_policy") if block.get("policy"))
