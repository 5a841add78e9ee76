"""A Terraform root: provider with its guards, remote state, readable addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Protocol

from cdktf import (
    CloudBackend,
    DataTerraformRemoteState,
    DataTerraformRemoteStateLocal,
    DataTerraformRemoteStateS3,
    LocalBackend,
    NamedCloudWorkspace,
    NamedRemoteWorkspace,
    S3Backend,
    S3BackendAssumeRoleConfig,
    TerraformElement,
    TerraformRemoteState,
    TerraformStack,
)
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

# The id of a construct's main resource: it adds nothing to the address.
MAIN = "Resource"
REQUIRED_TERRAFORM = ">= 1.11.0"


class StateSettings(Protocol):
    """Where a stack keeps its state; ``environments.model.State`` has this shape."""

    backend: str
    bucket: str | None
    region: str | None
    role_arn: str | None
    kms_key_arn: str | None
    organization: str | None
    hostname: str
    project: str | None
    path: str | None


class Stack(TerraformStack):
    """One Terraform root with its own state."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        account_id: str,
        region: str,
        tags: Mapping[str, str],
        state: StateSettings,
    ) -> None:
        super().__init__(scope, id_)
        self.name = id_
        self._addresses: dict[str, str] = {}
        self.add_override("terraform.required_version", REQUIRED_TERRAFORM)
        AwsProvider(
            self,
            "aws",
            region=region,
            allowed_account_ids=[account_id],
            default_tags=[AwsProviderDefaultTags(tags=dict(tags))],
        )
        _keep_state(self, state)

    def annotate(self, **notes: object) -> None:
        """Put ``notes`` where Terraform does not look and policies do: the top level's comment."""
        for name, value in notes.items():
            self.add_override(f"//.{name}", json.loads(json.dumps(value)))

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        """An address people can read, and keep: the construct's path instead of cdktf's hash."""
        path = element.node.path
        parts = [part for part in path.split("/")[1:] if part != MAIN] or [path]
        name = re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(parts))
        kind = getattr(element, "terraform_resource_type", type(element).__name__)
        taken_by = self._addresses.setdefault(f"{kind}.{name}", path)
        if taken_by != path:
            raise ValueError(f"{self.name}: {path} and {taken_by} would share the address {kind}.{name}")
        return name


def state_key(stack: str) -> str:
    """Key of a stack's state in its bucket."""
    return f"airflow-fargate/{stack}.tfstate"


def _keep_state(stack: Stack, state: StateSettings) -> None:
    if state.backend == "s3":
        S3Backend(
            stack,
            bucket=_given(state.bucket),
            key=state_key(stack.name),
            region=_given(state.region),
            encrypt=True,
            kms_key_id=state.kms_key_arn,
            assume_role=S3BackendAssumeRoleConfig(role_arn=state.role_arn) if state.role_arn else None,
        )
        stack.add_override("terraform.backend.s3.use_lockfile", True)  # S3Backend of cdktf 0.21 has no such argument
    elif state.backend == "cloud":
        CloudBackend(
            stack,
            hostname=state.hostname,
            organization=_given(state.organization),
            workspaces=NamedCloudWorkspace(name=stack.name, project=state.project),
        )
    else:
        LocalBackend(stack, path=f"{state.path or '.'}/{stack.name}.tfstate")


def remote_state(scope: Construct, id_: str, *, of: str, state: StateSettings) -> TerraformRemoteState:
    """The outputs of stack ``of``, read from where :func:`_keep_state` put them."""
    if state.backend == "s3":
        return DataTerraformRemoteStateS3(
            scope,
            id_,
            bucket=_given(state.bucket),
            key=state_key(of),
            region=_given(state.region),
            encrypt=True,
            kms_key_id=state.kms_key_arn,
            assume_role=S3BackendAssumeRoleConfig(role_arn=state.role_arn) if state.role_arn else None,
        )
    if state.backend == "cloud":
        return DataTerraformRemoteState(
            scope,
            id_,
            hostname=state.hostname,
            organization=_given(state.organization),
            workspaces=NamedRemoteWorkspace(of),
        )
    return DataTerraformRemoteStateLocal(scope, id_, path=f"{state.path or '.'}/{of}.tfstate")


def _given(value: str | None) -> str:
    if value is None:
        raise ValueError("the state's backend lacks an argument that environments.model requires")
    return value
