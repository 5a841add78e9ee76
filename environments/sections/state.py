"""Where Terraform keeps the states of an environment."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.arns import KmsKeyArn, RoleArn
from environments.facts.bucket_names import problem_in_bucket_name
from environments.facts.regions import REGIONS
from environments.fields import Section, not_possible_later, synth
from environments.formats import Label, Pattern, checked_text

Region = Annotated[
    Literal[REGIONS],  # type: ignore[valid-type]
    Label("a commercial AWS region such as eu-central-1 (GovCloud and China are not supported)"),
]
Bucket = Annotated[
    str,
    Pattern(
        r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"
    ),
    checked_text(problem_in_bucket_name),
]
MOVE_STATES = not_possible_later("move the states with terraform init -migrate-state, then change the key")
Organization = Annotated[
    str, Pattern(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", "the name of an organization: letters, digits, _ and -")
]
Project = Annotated[
    str,
    Pattern(
        r"^[A-Za-z0-9_-]([A-Za-z0-9_ -]{0,38}[A-Za-z0-9_-])?$", "the name of a project: letters, digits, _, -, spaces"
    ),
]
Host = Annotated[
    str,
    Pattern(
        r"^(localhost|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})(:[0-9]{1,5})?$",
        "a host name such as app.terraform.io, with a port where it is not 443",
    ),
]
Folder = Annotated[str, Pattern(r"^\S([^\r\n]{0,253}\S)?$", "the path of a folder")]


class State(Section):
    """One state for each stack: in S3 with a lock file, in HCP Terraform workspaces, or in local files."""

    backend: Annotated[Literal["s3", "cloud", "local"], synth("Terraform backend.", effect=MOVE_STATES)] = "s3"
    bucket: Annotated[Bucket | None, synth("`s3`: the state bucket.", effect=MOVE_STATES)] = None
    region: Annotated[
        Region | None, synth("`s3`: region of the bucket; the environment's region when absent.", effect=MOVE_STATES)
    ] = None
    role_arn: Annotated[
        RoleArn | None, synth("`s3`: role to assume when the bucket belongs to another account.", effect=MOVE_STATES)
    ] = None
    kms_key_arn: Annotated[
        KmsKeyArn | None,
        synth("`s3`: key that encrypts the states; the bucket's default key when absent.", effect=MOVE_STATES),
    ] = None
    organization: Annotated[
        Organization | None, synth("`cloud`: organization; each stack has its own workspace.", effect=MOVE_STATES)
    ] = None
    hostname: Annotated[Host, synth("`cloud`: host of HCP Terraform or Terraform Enterprise.", effect=MOVE_STATES)] = (
        "app.terraform.io"
    )
    project: Annotated[Project | None, synth("`cloud`: project of the workspaces.", effect=MOVE_STATES)] = None
    path: Annotated[Folder | None, synth("`local`: folder of the state files.", effect=MOVE_STATES)] = None
