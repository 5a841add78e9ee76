"""The GitLab jobs of the DAG files: import test and unit tests in the image, and the release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from operations.pipelines import scripts
from operations.pipelines.dag_files import OTHER_REPOSITORY, PLATFORM, DagFiles, dag_files
from operations.pipelines.gitlab_steps import DOCKER, ON_MERGE_REQUEST, PUSH, TOOLS_IMAGE, as_role, job, on_branch
from operations.pipelines.target import Target

CLONE = (
    f'git clone --quiet --depth 1 --branch "$AIRFLOW_BRANCH" '
    f'"https://gitlab-ci-token:$CI_JOB_TOKEN@$CI_SERVER_FQDN/$AIRFLOW_PROJECT.git" {PLATFORM}'
)


def files(targets: Sequence[Target]) -> dict[str, dict[str, Any]]:
    """The file for the DAG files; that of another project is in a folder that is copied there."""
    found = dag_files(targets, host=targets[-1].host)
    if found is None:
        return {}
    folder = "" if found.own else OTHER_REPOSITORY
    return {f"{folder}.gitlab/airflow-dags.yml": dags(found)}


def dags(found: DagFiles) -> dict[str, Any]:
    """Test each change; after a merge move the branches that environments follow or upload releases, in their order."""
    after_merge = on_branch(found.main)
    jobs: dict[str, Any] = {"airflow-dags": _test(found, [*ON_MERGE_REQUEST, *after_merge])}
    for target in found.releases:
        manual = [rule | {"when": "manual"} for rule in after_merge]
        release = job(
            10,
            scripts.release(target, push=PUSH),
            rules=manual,
            needs=list(jobs)[-1:],
            variables={"COMMIT": "$CI_COMMIT_SHA", "GIT_DEPTH": "0"},
            tools=False,
        )
        jobs[f"airflow-release-{target.name}"] = {**release, "environment": f"dags-{target.name}"}
    for index, target in enumerate(found.uploads):
        upload = job(
            30,
            scripts.upload(target),
            rules=[rule | {"when": "manual"} for rule in after_merge] if index else after_merge,
            needs=list(jobs)[-1:],
            role=as_role(target, target.deploy_role),
        )
        jobs[f"airflow-release-{target.name}"] = {**upload, "environment": f"dags-{target.name}"}
    image = {} if found.own else {"variables": {"AIRFLOW_TOOLS_IMAGE": TOOLS_IMAGE}}
    return {**image, **jobs}


def _test(found: DagFiles, rules: list[dict[str, Any]]) -> dict[str, Any]:
    imports, tests = scripts.dag_tests(found.last.dags.subdirectory, image="$(tail -n 1 .build/image)")
    platform = "." if found.own else PLATFORM
    variables = {"AIRFLOW_PROJECT": found.last.project, "AIRFLOW_BRANCH": found.last.branch, **DOCKER["variables"]}
    steps = [*([] if found.own else [CLONE]), scripts.build_test_image(platform), imports, tests]
    return {**job(60, *steps, rules=rules, variables=variables, tools=False), "services": DOCKER["services"]}
