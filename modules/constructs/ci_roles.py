"""IAM roles that GitHub Actions or GitLab CI assumes through OpenID Connect, without stored keys."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from environments.facts.ci_roles import DEPLOY, PLAN, SECONDS, ci_path, ci_role_name
from modules.core.ci_repository import AUDIENCE, CiRepository
from modules.core.deploy_permissions import ROLE_RECIPIENTS, deploy_permissions
from modules.core.grants import RoleSettings, document, statement
from modules.core.role_boundary import boundary_arn, boundary_name, boundary_statements
from modules.core.state_permissions import keep_state, read_state, write_state

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


class CiRoles(Construct):
    """The role ``plan`` for every job of a repository, read-only, and the role ``deploy`` for one branch.

    The deploy role can create IAM roles only below the IAM path of the environments, and only with the permissions
    boundary: the given one, or one that the construct creates. The CI roles and the boundary have another path, so the
    deploy role cannot change them.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the roles' names, and of the resources that the deploy role manages.
        repository: the repository whose jobs can assume the roles.
        state_bucket_arn: S3 bucket of the Terraform states.
        state_key_arn: KMS key of the Terraform states.
        roles: account, region, path and permissions boundary of all roles.

    Example:
        >>> repository = CiRepository(name="example/airflow", branch="main")
        >>> ci = CiRoles(stack, "ci", name="airflow", repository=repository, roles=roles,
        ...              state_bucket_arn="arn:aws:s3:::example-states", state_key_arn=key_arn)
        >>> resource("aws_iam_role.ci_deploy")["max_session_duration"]
        7200
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        repository: CiRepository,
        state_bucket_arn: str,
        state_key_arn: str,
        roles: RoleSettings,
    ) -> None:
        super().__init__(scope, id_)
        self._issuer = repository.issuer
        self._roles, state = roles, (state_bucket_arn, state_key_arn)
        self._boundary = roles.permissions_boundary or self._make_boundary(name)
        provider = repository.provider_arn or self._provider()
        self.plan = self._role(PLAN, name, provider, {"StringLike": repository.planning_subjects})
        self.deploy = self._role(DEPLOY, name, provider, {"StringEquals": [repository.deploying_subject]})
        self._allow(self.plan, "read-state", *read_state(*state), *self._open_ephemeral(name))
        self._allow(self.deploy, "write-state", *write_state(*state))
        self._allow(self.deploy, "keep-state", *keep_state(*state))
        for role in (self.plan, self.deploy):
            IamRolePolicyAttachment(self, f"{role.node.id}-reads", role=role.name, policy_arn=READ_ONLY)
        named, unnamed = deploy_permissions(name, roles)
        # Inline policies of a role have 10,240 characters in all, a managed policy has its own 6,144.
        self._attach(self.deploy, name, "named", *named)
        self._attach(self.deploy, name, "unnamed", *unnamed)
        self._allow(self.deploy, "manage-roles", *self._manage_roles())

    def _provider(self) -> str:
        provider = IamOpenidConnectProvider(self, "provider", url=f"https://{self._issuer}", client_id_list=[AUDIENCE])
        return str(provider.arn)

    def _make_boundary(self, name: str) -> str:
        """Create the boundary. Its ARN is known at synthesis, because the stacks of the environments name it."""
        IamPolicy(
            self,
            "boundary",
            name=boundary_name(name),
            path=ci_path(self._roles.path),
            description=f"The most that roles of {name} can do",
            policy=document(*boundary_statements(name, self._roles)),
        )
        return boundary_arn(name, account_id=self._roles.account_id, path=self._roles.path)

    def _role(self, kind: str, name: str, provider: str, subjects: Mapping[str, Sequence[str]]) -> IamRole:
        conditions: dict[str, dict[str, object]] = {"StringEquals": {f"{self._issuer}:aud": AUDIENCE}}
        for operator, values in subjects.items():
            conditions.setdefault(operator, {})[f"{self._issuer}:sub"] = list(values)
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": conditions,
        }
        return IamRole(
            self,
            kind,
            name=ci_role_name(name, kind),
            path=ci_path(self._roles.path),
            description=f"CI of {name}: {kind}",
            assume_role_policy=document(trust),
            permissions_boundary=self._roles.permissions_boundary,
            max_session_duration=SECONDS[kind],
        )

    def _allow(self, role: IamRole, purpose: str, *statements: object) -> None:
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        IamRolePolicy(self, f"{role.node.id}-{purpose}", name=purpose, role=role.id, policy=policy)

    def _attach(self, role: IamRole, name: str, purpose: str, *statements: Mapping[str, Any]) -> None:
        kind = role.node.id
        policy = IamPolicy(
            self,
            f"{kind}-{purpose}",
            name=f"{name}-ci-{kind}-{purpose}",
            path=ci_path(self._roles.path),
            description=f"CI of {name}: {kind}, {purpose} resources",
            policy=document(*statements),
        )
        IamRolePolicyAttachment(self, f"{kind}-has-{purpose}", role=role.name, policy_arn=policy.arn)

    def _open_ephemeral(self, name: str) -> list[dict[str, object]]:
        """Return the statements for secrets and random values.

        A plan opens the ephemeral database password, and the provider decrypts every SecureString that it refreshes.
        """
        account, region = self._roles.account_id, self._roles.region
        parameters = f"arn:aws:ssm:{region}:{account}:parameter/{name}/*"
        return [
            statement("secretsmanager:GetRandomPassword", on=["*"]),
            statement(
                "kms:Decrypt",
                on=[f"arn:aws:kms:{region}:{account}:key/*"],
                conditions={"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": parameters}},
            ),
        ]

    def _manage_roles(self) -> list[dict[str, object]]:
        account, path = self._roles.account_id, self._roles.path
        own = [f"arn:aws:iam::{account}:role{path}*"]
        bounded = {"StringEquals": {"iam:PermissionsBoundary": self._boundary}}
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
