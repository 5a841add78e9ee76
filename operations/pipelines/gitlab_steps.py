"""Jobs that the GitLab pipelines share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from operations.pipelines import scripts
from operations.pipelines.target import Target

TOOLS_IMAGE = "$CI_REGISTRY_IMAGE/airflow-tools:1"
TOKEN_FILE = "/tmp/aws-token"  # noqa: S105, S108  in the container of the job
ON_MERGE_REQUEST = [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
DAYS = "5 days"
PUSH = (
    "git -c credential.helper='!f() { echo username=airflow; echo \"password=$AIRFLOW_PUSH_TOKEN\"; }; f' "
    'push "$CI_PROJECT_URL.git"'
)
"""Pushes with AIRFLOW_PUSH_TOKEN, a project access token with the scope write_repository, which is no argument."""
DOCKER: Mapping[str, Any] = {
    "services": [{"name": "docker:28-dind", "alias": "docker"}],
    "variables": {
        "DOCKER_HOST": "tcp://docker:2376",
        "DOCKER_TLS_CERTDIR": "/certs",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": "/certs/client",
    },
}


def on_branch(branch: str, *, changes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """After a merge to the branch; not in a scheduled pipeline."""
    rule: dict[str, Any] = {"if": f'$CI_COMMIT_BRANCH == "{branch}" && $CI_PIPELINE_SOURCE != "schedule"'}
    return [rule | ({"changes": list(changes)} if changes else {})]


def on_schedule() -> list[dict[str, Any]]:
    """In a scheduled pipeline."""
    return [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]


def templates() -> dict[str, Any]:
    """Jobs that others extend: the tools, and a token that AWS exchanges for a session of a role."""
    token = f'(umask 077 && printf %s "$AIRFLOW_AWS_TOKEN" > {TOKEN_FILE})'
    tools = {"image": "$AIRFLOW_TOOLS_IMAGE", "before_script": [scripts.TOOLS]}
    aws = {
        "id_tokens": {"AIRFLOW_AWS_TOKEN": {"aud": "sts.amazonaws.com"}},
        "before_script": [scripts.TOOLS, token],
    }
    return {".airflow-tools": tools, ".airflow-aws": {"extends": ".airflow-tools", **aws}}


def as_role(target: Target, role: str) -> dict[str, str]:
    """Variables with which every AWS SDK assumes ``role`` by the token of the job; no key is stored."""
    return {
        "AWS_ROLE_ARN": role,
        "AWS_REGION": target.region,
        "AWS_WEB_IDENTITY_TOKEN_FILE": TOKEN_FILE,
        "AWS_ROLE_SESSION_NAME": "gitlab-$CI_JOB_ID",
    }


def job(
    minutes: int,
    *script: str,
    rules: Sequence[Mapping[str, Any]],
    needs: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
    role: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
    tools: bool = True,
) -> dict[str, Any]:
    """A job with a time limit; with ``role`` it gets a token for AWS, with ``keep`` files for later jobs."""
    base = {"extends": ".airflow-aws" if role else ".airflow-tools"} if tools else {"image": "$AIRFLOW_TOOLS_IMAGE"}
    made: dict[str, Any] = {**base, "timeout": f"{minutes} minutes", "needs": list(needs), "rules": list(rules)}
    if variables or role:
        made["variables"] = {**(variables or {}), **(role or {})}
    made["script"] = list(script)
    if keep:
        made["artifacts"] = {"paths": list(keep), "expire_in": DAYS, "when": "always", "access": "developer"}
    return made
