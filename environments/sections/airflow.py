"""Airflow itself, and how DAG files reach it."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.fields import Flag, Form, Section, Whole, plan, synth

OptionName = Annotated[str, Form(r"^AIRFLOW__[A-Z0-9_.-]+__[A-Z0-9_]+$", "AIRFLOW__SECTION__KEY")]


class Airflow(Section):
    """Version, image, and the settings that must agree between components."""

    version: Annotated[
        Annotated[str, Form(r"^3\.3\.\d+$", 'a version of Airflow 3.3 in quotes, such as "3.3.2"')],
        synth("Version of Airflow in the image."),
    ] = "3.3.2"
    image_tag: Annotated[
        Annotated[str, Form(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", "an image tag")],
        plan("Tag of the image in the environment's repository, when there is no digest."),
    ] = "3.3.2-1"
    image_digest: Annotated[
        Annotated[str, Form(r"^sha256:[0-9a-f]{64}$", "sha256:<64 hexadecimal digits>")] | None,
        synth("Digest of the image; it wins over the tag."),
    ] = None
    config: Annotated[
        dict[OptionName, str],
        synth("Further Airflow options, AIRFLOW__SECTION__KEY: text; never secrets, never options set from elsewhere."),
    ] = {}  # noqa: RUF012  # pydantic copies defaults
    secrets_backend: Annotated[
        Flag, synth("Read connections and variables below /airflow/<environment>/ in Parameter Store.")
    ] = True
    exec_enabled: Annotated[
        bool, synth("Let people open a recorded shell in a Fargate task; its root file system is writable then.")
    ] = False
    pool_size: Annotated[Whole, plan("Database connections that a process keeps.", ge=1, le=50)] = 5
    max_overflow: Annotated[Whole, plan("Further connections that a process may open.", ge=0, le=50)] = 5
    task_heartbeat_timeout_seconds: Annotated[
        Whole, plan("An Airflow task without a heartbeat for this long is retried.", ge=20, le=3600)
    ] = 300
    task_queued_timeout_seconds: Annotated[
        Whole, plan("An Airflow task queued this long is queued again; it fails at the third time.", ge=60, le=86400)
    ] = 1800
    visibility_timeout_seconds: Annotated[
        Whole, plan("The broker delivers a message again after this long.", ge=600, le=604800)
    ] = 86400
    default_task_retries: Annotated[Whole, plan("Retries of an Airflow task that says nothing.", ge=0, le=10)] = 1
    longest_task_seconds: Annotated[
        Whole, synth("How long the longest Airflow task may run; ECS protects a worker for two days.", ge=60, le=172800)
    ] = 21600


class Dags(Section):
    """How DAG files reach the components."""

    delivery: Annotated[
        Literal["git_sync", "git_bundle", "baked"],
        synth("A sidecar that clones, Airflow's own git bundle, or files in the image."),
    ] = "baked"
    repository: Annotated[
        Annotated[
            str,
            Form(
                r"^(https://\S+|ssh://[^@\s]+@\S+|[\w.-]+@[\w.-]+:\S+)$",
                "a git address, https://host/path.git or git@host:path.git",
            ),
        ]
        | None,
        synth("Git repository of the DAG files."),
    ] = None
    branch: Annotated[
        Annotated[str, Form(r"^[\w][\w./-]*$", "a branch, tag or commit")], plan("Branch, tag or commit to follow.")
    ] = "main"
    subdirectory: Annotated[
        Annotated[str, Form(r"^([\w.-]+(/[\w.-]+)*)?$", "a relative path without a slash at its ends")],
        plan("Folder of the DAG files in the repository."),
    ] = "dags"
    interval_seconds: Annotated[Whole, plan("How often to look for new commits.", ge=5, le=3600)] = 60
    deploy_key: Annotated[Flag, synth("Clone with the key in the parameter `git-deploy-key`.")] = False
    known_hosts: Annotated[
        tuple[Annotated[str, Form(r"^\S+ (ssh|ecdsa|sk)-\S+ \S+", "a line of a known_hosts file")], ...],
        synth("Host keys of the git server, lines of a known_hosts file."),
    ] = ()
