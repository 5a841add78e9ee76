"""Jobs and steps that the workflows share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from operations.pipelines.actions import uses
from operations.pipelines.target import Target

RUNNER = "ubuntu-24.04"
CHECKOUT = uses("actions/checkout", persist_credentials=False)
TOOLS = {"uses": "./.github/actions/airflow-tools"}
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
"""A pull request of a fork gets no token for AWS."""
READ = {"contents": "read"}
Step = dict[str, Any]


def workflow(
    name: str, triggers: Mapping[str, Any], jobs: Mapping[str, Any], *, group: str, cancel: bool = False
) -> dict[str, Any]:
    """A workflow without permissions; each job has its own."""
    return {
        "name": name,
        "on": dict(triggers),
        "permissions": {},
        "concurrency": {"group": group, "cancel-in-progress": cancel},
        "jobs": dict(jobs),
    }


def job(
    minutes: int,
    *steps: Step,
    needs: Sequence[str] = (),
    condition: str = "",
    permissions: Mapping[str, str] = READ,
    environment: str | None = None,
) -> dict[str, Any]:
    """A job with a time limit and the least permissions; ``environment`` waits for the reviewers of one on GitHub."""
    made: dict[str, Any] = {"needs": list(needs)} if needs else {}
    made |= {"if": condition if not condition.startswith("!") else f"${{{{ {condition} }}}}"} if condition else {}
    made |= {"environment": environment} if environment else {}
    return made | {
        "runs-on": RUNNER,
        "timeout-minutes": minutes,
        "permissions": dict(permissions),
        "defaults": {"run": {"shell": "bash"}},
        "steps": [dict(step) for step in steps],
    }


def approval(text: str, *, needs: str, environment: str, condition: str = "") -> dict[str, Any]:
    """A job that waits for the reviewers of a GitHub environment; the deploy role trusts the branch, not this job."""
    approved = run("Approved", f"echo '{text}'")
    return job(5, approved, needs=[needs], condition=condition, permissions={}, environment=environment)


def on_branch(branch: str) -> str:
    """Only for the branch, from whichever branch a user starts the workflow."""
    return f"github.ref == 'refs/heads/{branch}'"


def run(name: str, script: str, *, env: Mapping[str, str] | None = None, id_: str = "") -> Step:
    """A step that runs a script; bash stops at the first error, also in a pipe."""
    return {"name": name, **({"id": id_} if id_ else {}), **({"env": dict(env)} if env else {}), "run": script}


def always(step: Step) -> Step:
    """The step, also when an earlier one failed: a rejected plan is still reported."""
    return {"if": "${{ !cancelled() }}", **step}


def credentials(role: str, target: Target, seconds: int) -> Step:
    """Assume a CI role with the token of the job; no key is stored."""
    return uses(
        "aws-actions/configure-aws-credentials",
        role_to_assume=role,
        aws_region=target.region,
        role_duration_seconds=seconds,
        allowed_account_ids=target.account,
    )
