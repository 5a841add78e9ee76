"""Stack ``bootstrap-<account>``: the state bucket and the CI roles of one account."""

from __future__ import annotations

from cdktf import TerraformOutput
from constructs import Construct

from environments.facts.ci_roles import gitlab_host
from environments.facts.naming import Names
from environments.facts.stacks import bootstrap_stack
from environments.sections.identity import Oidc
from environments.sections.state import State
from modules.constructs.ci_roles import CiRoles
from modules.constructs.encryption_key import EncryptionKey
from modules.core.ci_repository import CiRepository
from modules.core.grants import RoleSettings
from modules.core.private_bucket import PrivateBucket
from modules.core.stack import Stack


class Bootstrap(Stack):
    """The state bucket and the CI roles of one account; its own state is local because no bucket exists before it."""

    def __init__(
        self,
        scope: Construct,
        *,
        account_id: str,
        region: str,
        bucket: str,
        names: Names,
        roles: RoleSettings,
        oidc: Oidc | None = None,
    ) -> None:
        super().__init__(
            scope,
            bootstrap_stack(account_id),
            account_id=account_id,
            region=region,
            tags={"ManagedBy": "terraform", "airflow-fargate:purpose": "state"},
            state=State(backend="local"),
        )
        key = EncryptionKey(
            self,
            "state-key",
            name=f"{names.prefix}-state",
            purpose="Terraform state of Airflow",
            account_id=account_id,
            region=region,
        )
        state = PrivateBucket(self, "state", name=bucket, key_arn=key.arn, keep_old_versions_days=365)
        TerraformOutput(self, "state_bucket", value=state.name, description="Bucket of the Terraform states")
        repository = (oidc.github_repository or oidc.gitlab_project) if oidc else None
        if oidc and repository:
            ci = CiRoles(
                self,
                "ci",
                name=names.prefix,
                repository=CiRepository(
                    name=repository,
                    branch=oidc.branch,
                    provider_arn=oidc.provider_arn,
                    github_environment=oidc.github_environment,
                    github_ids=oidc.github_ids,
                    gitlab_host=gitlab_host(oidc.provider_arn) if oidc.gitlab_project else None,
                ),
                state_bucket_arn=state.arn,
                state_key_arn=key.arn,
                roles=roles,
            )
            TerraformOutput(self, "plan_role_arn", value=ci.plan.arn, description="Role of jobs that plan")
            TerraformOutput(self, "deploy_role_arn", value=ci.deploy.arn, description="Role of jobs that deploy")
        TerraformOutput(self, "state_key_arn", value=key.arn, description="KMS key of the Terraform states")
