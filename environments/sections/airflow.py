"""Airflow itself, and the delivery of DAG files."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Len
from pydantic import StrictBool, StrictInt

from environments.facts.git_servers import problem_in_address, problem_in_host_key
from environments.fields import CHECKS_ONLY, ROLLING, Section, plan, replaces, synth
from environments.formats import GitReference, Pattern, RelativePath, checked_text

OptionName = Annotated[str, Pattern(r"^AIRFLOW__[A-Z0-9_.-]+__[A-Z0-9_]+$", "AIRFLOW__SECTION__KEY")]
ImageTag = Annotated[str, Pattern(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", "an image tag")]
ImageDigest = Annotated[str, Pattern(r"^sha256:[0-9a-f]{64}$", "sha256:<64 hexadecimal digits>")]
GitAddress = Annotated[
    str,
    Pattern(
        r"^(https://\S+|ssh://[^@\s]+@\S+|[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:\S+)$",
        "a git address, https://host/path.git or git@host:path.git",
    ),
    checked_text(problem_in_address),
]
HostKey = Annotated[
    str,
    Pattern(r"^\S+ (ssh|ecdsa|sk)-\S+ \S+( [^\r\n]*)?$", "a line of a known_hosts file"),
    checked_text(problem_in_host_key),
]


class Airflow(Section):
    """Image, and the options that all components share."""

    image_tag: Annotated[
        ImageTag,
        plan(
            "Tag of the image in the environment's repository; the image decides the version of Airflow.",
            effect=ROLLING,
        ),
    ] = "3.3.2-1"
    image_digest: Annotated[
        ImageDigest | None, synth("Digest of the image; overrides `image_tag`.", effect=ROLLING)
    ] = None
    config: Annotated[
        dict[OptionName, str],
        synth(
            "Further Airflow options; must not contain secrets or options that other keys of this file set.",
            effect=ROLLING,
        ),
    ] = {}  # noqa: RUF012  # pydantic copies defaults
    secrets_backend: Annotated[
        StrictBool,
        synth("Read connections and variables from /<name_prefix>/<environment>/ in Parameter Store.", effect=ROLLING),
    ] = True
    exec_enabled: Annotated[
        StrictBool,
        synth("Allow ECS Exec: a recorded shell in the main container of a Fargate task.", effect=ROLLING),
    ] = False
    pool_size: Annotated[
        StrictInt, plan("Database connections that each process keeps open.", effect=ROLLING, ge=1, le=50)
    ] = 5
    max_overflow: Annotated[StrictInt, plan("Database connections above `pool_size`.", effect=ROLLING, ge=0, le=50)] = 5
    task_heartbeat_timeout_seconds: Annotated[
        StrictInt,
        synth(
            "Seconds without a heartbeat after which an Airflow task is retried.",
            effect=ROLLING,
            ge=20,
            le=3600,
        ),
    ] = 300
    task_queued_timeout_seconds: Annotated[
        StrictInt,
        plan(
            "Seconds in the queue after which an Airflow task is queued again; it fails the third time.",
            effect=ROLLING,
            ge=60,
            le=86400,
        ),
    ] = 1800
    visibility_timeout_seconds: Annotated[
        StrictInt,
        plan(
            "Seconds after which the broker delivers an unacknowledged message again.",
            effect=ROLLING,
            ge=600,
            le=604800,
        ),
    ] = 86400
    default_task_retries: Annotated[
        StrictInt, plan("Retries of an Airflow task that does not set `retries`.", effect=ROLLING, ge=0, le=10)
    ] = 1
    longest_task_seconds: Annotated[
        StrictInt,
        synth(
            "Longest run of an Airflow task, seconds; ECS protects a worker for at most two days.",
            effect=CHECKS_ONLY,
            ge=60,
            le=172800,
        ),
    ] = 21600


class Dags(Section):
    """How the components get the DAG files."""

    delivery: Annotated[
        Literal["git_sync", "git_bundle", "s3", "baked"],
        synth(
            "`git_sync`: a sidecar clones; `git_bundle`: Airflow clones; `s3`: a sidecar follows the releases of "
            "`operations dags release`; `baked`: the image contains the files.",
            effect=f"{replaces('the bucket of DAG releases when it was s3')}; {ROLLING}",
        ),
    ] = "baked"
    repository: Annotated[GitAddress | None, plan("Git repository of the DAG files.", effect=ROLLING)] = None
    branch: Annotated[GitReference, plan("Branch, tag or commit to follow.", effect=ROLLING)] = "main"
    subdirectory: Annotated[RelativePath, plan("Folder of the DAG files in the repository.", effect=ROLLING)] = "dags"
    interval_seconds: Annotated[
        StrictInt,
        plan(
            "Seconds between two fetches of the repository or the release.",
            effect=ROLLING,
            ge=5,
            le=3600,
        ),
    ] = 60
    deploy_key: Annotated[
        StrictBool, synth("Clone with the SSH key in the parameter `git-deploy-key`.", effect=ROLLING)
    ] = False
    known_hosts: Annotated[
        Annotated[tuple[HostKey, ...], Len(0, 100)],
        plan("Host keys of the git server, as lines of a known_hosts file.", effect=ROLLING),
    ] = ()
