"""The inputs of modules with CI roles."""

from __future__ import annotations

from modules.core.ci_repository import CiRepository
from modules.export.module_inputs import ModuleInputs


def github_repository(inputs: ModuleInputs) -> CiRepository:
    """The GitHub repository whose workflows may assume the roles, from three inputs."""
    return CiRepository(
        name=inputs.text("repository", "GitHub repository, owner and name.", example="example/repository"),
        branch=inputs.text("branch", "Branch whose workflows may assume the deploy role.", example="main"),
        provider_arn=inputs.arn(
            "provider_arn", "IAM OIDC provider of GitHub.", service="iam", example="oidc-provider/example"
        ),
    )
