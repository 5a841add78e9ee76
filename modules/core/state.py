"""Where a stack keeps its state, and how another stack reads its outputs."""

from __future__ import annotations

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
    TerraformRemoteState,
    TerraformStack,
)
from constructs import Construct

from environments.facts.state import s3_state_key, state_file


class StateSettings(Protocol):
    """The shape of ``environments.sections.state.State``; ``None`` where the backend has no use for it."""

    @property
    def backend(self) -> str: ...

    @property
    def bucket(self) -> str | None: ...

    @property
    def region(self) -> str | None: ...

    @property
    def role_arn(self) -> str | None: ...

    @property
    def kms_key_arn(self) -> str | None: ...

    @property
    def organization(self) -> str | None: ...

    @property
    def hostname(self) -> str: ...

    @property
    def project(self) -> str | None: ...

    @property
    def path(self) -> str | None: ...


def keep_state(stack: TerraformStack, *, name: str, state: StateSettings) -> None:
    """Give ``stack`` its backend."""
    if state.backend == "s3":
        S3Backend(
            stack,
            bucket=_given(state.bucket),
            key=s3_state_key(name),
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
            workspaces=NamedCloudWorkspace(name=name, project=state.project),
        )
    else:
        LocalBackend(stack, path=f"{state.path or '.'}/{state_file(name)}")


def remote_state(scope: Construct, id_: str, *, of: str, state: StateSettings) -> TerraformRemoteState:
    """The outputs of stack ``of``, read from where :func:`keep_state` put them."""
    if state.backend == "s3":
        return DataTerraformRemoteStateS3(
            scope,
            id_,
            bucket=_given(state.bucket),
            key=s3_state_key(of),
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
    return DataTerraformRemoteStateLocal(scope, id_, path=f"{state.path or '.'}/{state_file(of)}")


def _given(value: str | None) -> str:
    if value is None:
        raise ValueError("the state's backend lacks an argument that environments.model requires")
    return value
