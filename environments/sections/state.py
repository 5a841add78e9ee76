"""Where Terraform keeps an environment's state."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.facts.regions import REGIONS
from environments.fields import Called, Form, KmsKeyArn, RoleArn, Section, synth

Region = Annotated[Literal[REGIONS], Called("an AWS region such as eu-central-1")]  # type: ignore[valid-type]
Bucket = Annotated[
    str, Form(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "a bucket name: 3 to 63 lower-case letters, digits, dots, hyphens")
]


class State(Section):
    """One state for each stack: in S3 with a lock file, in HCP Terraform workspaces, or in a local folder."""

    backend: Annotated[Literal["s3", "cloud", "local"], synth("Where states are kept.")] = "s3"
    bucket: Annotated[Bucket | None, synth("`s3`: the state bucket.")] = None
    region: Annotated[Region | None, synth("`s3`: region of the bucket; the environment's when absent.")] = None
    role_arn: Annotated[RoleArn | None, synth("`s3`: role to take when the bucket is in another account.")] = None
    kms_key_arn: Annotated[KmsKeyArn | None, synth("`s3`: key that encrypts the state; the bucket's when absent.")] = (
        None
    )
    organization: Annotated[str | None, synth("`cloud`: organization; a workspace for each stack.")] = None
    hostname: Annotated[str, synth("`cloud`: address of HCP Terraform or Terraform Enterprise.")] = "app.terraform.io"
    project: Annotated[str | None, synth("`cloud`: project of the workspaces.")] = None
    path: Annotated[str | None, synth("`local`: folder of the state files.")] = None
