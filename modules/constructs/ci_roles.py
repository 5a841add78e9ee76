"""IAM roles that GitHub Actions assumes through OpenID Connect, without stored keys."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from environments.facts.secrets import DATABASE_PASSWORD
from environments.facts.state import S3_PREFIX
from modules.core.deploy_permissions import ROLE_RECIPIENTS, deploy_permissions
from modules.core.grants import RoleSettings, document, statement

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class CiRoles(Construct):
    """The role ``plan`` for every branch and pull request, read-only, and the role ``deploy`` for one branch.

    The deploy role can create IAM roles only below the IAM path of the environments, and only with the permissions
    boundary if one is set. The CI roles have another path, so the deploy role cannot change itself.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the roles' names, and of the resources that the deploy role manages.
        repository: ``owner/name`` on GitHub.
        branch: branch from which the deploy role can be assumed.
        state_bucket_arn: S3 bucket of the Terraform states.
        state_key_arn: KMS key of the Terraform states.
        roles: account, region, path and permissions boundary of all roles.
        provider_arn: an existing identity provider for GitHub Actions; without it the construct creates one.

    Example:
        >>> ci = CiRoles(stack, "ci", name="airflow", repository="example/airflow", branch="main",
        ...              state_bucket_arn="arn:aws:s3:::example-states", state_key_arn=key_arn, roles=roles)
        >>> resource("aws_iam_role.ci_deploy")["max_session_duration"]
        7200
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        repository: str,
        branch: str,
        state_bucket_arn: str,
        state_key_arn: str,
        roles: RoleSettings,
        provider_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._roles, self._state = roles, (state_bucket_arn, state_key_arn)
        provider = provider_arn or self._provider()
        self.plan = self._role(
            "plan", name, provider, [f"repo:{repository}:pull_request", f"repo:{repository}:ref:refs/heads/*"]
        )
        self.deploy = self._role("deploy", name, provider, [f"repo:{repository}:ref:refs/heads/{branch}"])
        self._allow(self.plan, "read-state", *self._read_state(), *self._open_ephemeral(name))
        self._allow(self.deploy, "write-state", *self._write_state())
        for role in (self.plan, self.deploy):
            IamRolePolicyAttachment(self, f"{role.node.id}-reads", role=role.name, policy_arn=READ_ONLY)
        named, unnamed = deploy_permissions(name, roles)
        self._allow(self.deploy, "manage-what-has-our-name", *named)
        self._allow(self.deploy, "manage-what-has-no-name", *unnamed)
        self._allow(self.deploy, "manage-roles", *self._manage_roles())

    def _provider(self) -> str:
        provider = IamOpenidConnectProvider(self, "provider", url=f"https://{ISSUER}", client_id_list=[AUDIENCE])
        return str(provider.arn)

    def _role(self, kind: str, name: str, provider: str, subjects: Sequence[str]) -> IamRole:
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{ISSUER}:aud": AUDIENCE},
                "StringLike": {f"{ISSUER}:sub": list(subjects)},
            },
        }
        return IamRole(
            self,
            kind,
            name=f"{name}-ci-{kind}",
            path=self._roles.path.rstrip("/") + "-ci/",
            description=f"CI of {name}: {kind}",
            assume_role_policy=document(trust),
            permissions_boundary=self._roles.permissions_boundary,
            max_session_duration=3600 * (1 if kind == "plan" else 2),
        )

    def _allow(self, role: IamRole, purpose: str, *statements: object) -> None:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        IamRolePolicy(self, f"{role.node.id}-{purpose}", name=purpose, role=role.id, policy=policy)

    def _read_state(self) -> list[dict[str, object]]:
        bucket, key = self._state
        return [
            statement("s3:GetObject", "s3:ListBucket", on=[bucket, f"{bucket}/{S3_PREFIX}/*"]),
            # The lock file of a plan has the key of the state with the suffix ``.tflock``.
            statement("s3:PutObject", "s3:DeleteObject", on=[f"{bucket}/{S3_PREFIX}/*.tflock"]),
            statement("kms:Decrypt", "kms:GenerateDataKey", on=[key]),
        ]

    def _open_ephemeral(self, name: str) -> list[dict[str, object]]:
        """Return the statements for ephemeral resources: each plan reads the database password and random values."""
        account, region = self._roles.account_id, self._roles.region
        password = f"arn:aws:ssm:{region}:{account}:parameter/{name}/*/{DATABASE_PASSWORD}"
        return [
            statement("ssm:GetParameter", on=[password]),
            statement("secretsmanager:GetRandomPassword", on=["*"]),
            statement(
                "kms:Decrypt",
                on=[f"arn:aws:kms:{region}:{account}:key/*"],
                conditions={"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": password}},
            ),
        ]

    def _write_state(self) -> list[dict[str, object]]:
        bucket, key = self._state
        return [
            statement("s3:ListBucket", on=[bucket]),
            statement("s3:DeleteObject", "s3:GetObject", "s3:PutObject", on=[f"{bucket}/{S3_PREFIX}/*"]),
            statement("kms:Decrypt", "kms:GenerateDataKey", on=[key]),
        ]

    def _manage_roles(self) -> list[dict[str, object]]:
        account, path = self._roles.account_id, self._roles.path
        own = [f"arn:aws:iam::{account}:role{path}*"]
        boundary = self._roles.permissions_boundary
        bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}} if boundary else None
        return [
            statement(
                "iam:AttachRolePolicy",
                "iam:CreateRole",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePolicy",
                on=own,
                conditions=bounded,
            ),
            statement(
                "iam:DeleteRole",
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRoleDescription",
                on=own,
            ),
            statement(
                "iam:PassRole",
                on=own,
                conditions={"StringEquals": {"iam:PassedToService": list(ROLE_RECIPIENTS)}},
            ),
        ]
