"""The backend of a stack, and the remote state through which another stack reads its outputs."""

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
    """The attributes of ``environments.sections.state.State``; ``None`` where a backend does not use one."""

    @property
    def backend(self) -> str:
        """``s3``, ``cloud`` or ``local``."""
        ...

    @property
    def bucket(self) -> str | None:
        """S3 bucket of the states."""
        ...

    @property
    def region(self) -> str | None:
        """AWS region of the bucket."""
        ...

    @property
    def role_arn(self) -> str | None:
        """Role to assume for the bucket."""
        ...

    @property
    def kms_key_arn(self) -> str | None:
        """KMS key of the states."""
        ...

    @property
    def organization(self) -> str | None:
        """Organization in HCP Terraform."""
        ...

    @property
    def hostname(self) -> str:
        """Host of HCP Terraform or Terraform Enterprise."""
        ...

    @property
    def project(self) -> str | None:
        """Project of new workspaces."""
        ...

    @property
    def path(self) -> str | None:
        """Folder of local states."""
        ...


def configure_backend(stack: TerraformStack, *, name: str, state: StateSettings) -> None:
    """Configure the backend of ``stack``.

    Args:
        stack: the Terraform root module.
        name: name of the stack; part of the state's key, workspace or file name.
        state: settings of the backend.

    Raises:
        ValueError: ``state`` lacks an argument that its backend requires.
    """
    if state.backend == "s3":
        S3Backend(
            stack,
            bucket=_required(state.bucket),
            key=s3_state_key(name),
            region=_required(state.region),
            encrypt=True,
            kms_key_id=state.kms_key_arn,
            assume_role=S3BackendAssumeRoleConfig(role_arn=state.role_arn) if state.role_arn else None,
        )
        stack.add_override("terraform.backend.s3.use_lockfile", True)  # S3Backend of cdktf 0.21 has no such argument
    elif state.backend == "cloud":
        CloudBackend(
            stack,
            hostname=state.hostname,
            organization=_required(state.organization),
            workspaces=NamedCloudWorkspace(name=name, project=state.project),
        )
    else:
        LocalBackend(stack, path=f"{state.path or '.'}/{state_file(name)}")


def remote_state(scope: Construct, id_: str, *, of: str, state: StateSettings) -> TerraformRemoteState:
    """Return the remote state of the stack ``of``, as :func:`configure_backend` configured it.

    Args:
        scope: the reading stack.
        id_: id of the data source.
        of: name of the stack that is read.
        state: settings of the backend.

    Raises:
        ValueError: ``state`` lacks an argument that its backend requires.
    """
    if state.backend == "s3":
        return DataTerraformRemoteStateS3(
            scope,
            id_,
            bucket=_required(state.bucket),
            key=s3_state_key(of),
            region=_required(state.region),
            encrypt=True,
            kms_key_id=state.kms_key_arn,
            assume_role=S3BackendAssumeRoleConfig(role_arn=state.role_arn) if state.role_arn else None,
        )
    if state.backend == "cloud":
        return DataTerraformRemoteState(
            scope,
            id_,
            hostname=state.hostname,
            organization=_required(state.organization),
            workspaces=NamedRemoteWorkspace(of),
        )
    return DataTerraformRemoteStateLocal(scope, id_, path=f"{state.path or '.'}/{state_file(of)}")


def _required(value: str | None) -> str:
    if value is None:
        raise ValueError(
            "the backend of the state lacks a required argument, which environments.model should have rejected"
        )
    return value
