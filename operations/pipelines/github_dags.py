"""The workflow of the DAG files: import test and unit tests in the image, and the release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from environments.facts.ci_roles import SECONDS
from operations.pipelines import scripts
from operations.pipelines.actions import uses
from operations.pipelines.dag_files import OTHER_REPOSITORY, PLATFORM, DagFiles, dag_files
from operations.pipelines.github_steps import CHECKOUT, TOOLS, approval, credentials, job, on_branch, run, workflow
from operations.pipelines.target import Target

IMAGE = {"IMAGE": "${{ steps.image.outputs.name }}"}


def files(targets: Sequence[Target]) -> dict[str, dict[str, Any]]:
    """The workflow for the DAG files; that of another repository is in a folder that is copied there."""
    found = dag_files(targets, host="github.com")
    if found is None:
        return {}
    folder = "" if found.own else OTHER_REPOSITORY
    return {f"{folder}.github/workflows/airflow-dags.yml": dags(found)}


def dags(found: DagFiles) -> dict[str, Any]:
    """Test each change; after a merge move the branches that environments follow or upload releases, in their order."""
    jobs = {"test": _test(found.last, own=found.own)}
    for target in found.releases:
        jobs[f"release-{target.name}"] = _release(target, list(jobs)[-1], found.main)
    for index, target in enumerate(found.uploads):
        before = list(jobs)[-1]
        if index and not target.approval:
            jobs[f"approve-{target.name}"] = approval(
                f"the DAG files for {target.name} are approved",
                needs=before,
                environment=f"dags-{target.name}",
                condition=_after_merge(found.main),
            )
        jobs[f"release-{target.name}"] = _upload(target, list(jobs)[-1], found.main)
    branches = {"branches": [found.main]}
    triggers = {"pull_request": branches, "push": branches}
    return workflow("Airflow: DAG files", triggers, jobs, group="airflow-dags-${{ github.ref }}")


def _test(target: Target, *, own: bool) -> dict[str, Any]:
    imports, tests = scripts.dag_tests(target.dags.subdirectory)
    platform = uses(
        "actions/checkout", repository=target.project, ref=target.branch, path=PLATFORM, persist_credentials=False
    )
    build = scripts.build_test_image("." if own else PLATFORM)
    build += '\necho "name=$(tail -n 1 .build/image)" >> "$GITHUB_OUTPUT"'
    return job(
        60,
        CHECKOUT,
        *([] if own else [platform]),
        uses("actions/setup-python", python_version="3.11"),
        run("Build the image", build, id_="image"),
        run("Import every DAG file", imports, env=IMAGE),
        run("Unit tests", tests, env=IMAGE),
    )


def _release(target: Target, needs: str, main: str) -> dict[str, Any]:
    return job(
        10,
        uses("actions/checkout", fetch_depth=0, persist_credentials=False),
        run(
            "Release",
            f"gh auth setup-git\n{scripts.release(target, push='git push origin')}",
            env={"COMMIT": "${{ github.sha }}", "GH_TOKEN": "${{ github.token }}"},
        ),
        needs=[needs],
        condition=_after_merge(main),
        permissions={"contents": "write"},
        environment=f"dags-{target.name}",
    )


def _upload(target: Target, needs: str, main: str) -> dict[str, Any]:
    """Release to S3 as the deploy role, which trusts the branch, or the environment that its trust policy names."""
    return job(
        30,
        CHECKOUT,
        TOOLS,
        credentials(target.deploy_role, target, SECONDS["plan"]),
        run("Release", scripts.upload(target)),
        needs=[needs],
        condition=_after_merge(main),
        permissions={"contents": "read", "id-token": "write"},
        environment=target.approval,
    )


def _after_merge(main: str) -> str:
    return f"github.event_name == 'push' && {on_branch(main)}"
