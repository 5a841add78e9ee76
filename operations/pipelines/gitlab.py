"""GitLab CI: files that the project's ``.gitlab-ci.yml`` includes, and the image of their jobs."""

from __future__ import annotations

from typing import Any

from environments.facts.ci_roles import SECONDS
from operations.pipelines import gitlab_dags, scripts
from operations.pipelines.gitlab_steps import (
    DOCKER,
    ON_MERGE_REQUEST,
    PUSH,
    TOOLS_IMAGE,
    as_role,
    job,
    on_branch,
    on_schedule,
    templates,
)
from operations.pipelines.target import Target
from operations.pipelines.text import MARK, yaml_text

CONTAINERFILE = """\
# The image of the jobs: build it once, push it to the project's registry (docs/pipelines.md).
FROM hashicorp/terraform:1.11.4 AS terraform
FROM node:20-bookworm
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
RUN apt-get update \\
    && apt-get install --yes --no-install-recommends docker.io python3-venv \\
    && rm -rf /var/lib/apt/lists/*
"""
COMMENT = """\
cat .build/comments/*.md | head --bytes 65000 > comment.md
if [ -z "${AIRFLOW_COMMENT_TOKEN:-}" ]; then cat comment.md; exit 0; fi
printf 'header = "PRIVATE-TOKEN: %s"\\n' "$AIRFLOW_COMMENT_TOKEN" |
  curl --fail --silent --show-error --output /dev/null --config - --data-urlencode body@comment.md \\
    "$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes\""""
"""The token of a job cannot write comments: AIRFLOW_COMMENT_TOKEN is a project access token with the scope api."""
BUILDER = """\
docker run --rm --privileged tonistiigi/binfmt --install arm64
docker buildx create --use"""
IMAGE_FILES = ["docker/airflow/**/*", "docker/airflow_fargate/**/*"]
MERGE_REQUEST = f'{PUSH} -o merge_request.create -o "merge_request.target=$CI_DEFAULT_BRANCH"'


def files(targets: tuple[Target, ...], *, command: str) -> dict[str, str]:
    """The files by their path in the repository."""
    made = {".gitlab/airflow.yml": pipeline(targets), **gitlab_dags.files(targets)}
    texts = {name: yaml_text(command, document) for name, document in made.items()}
    return texts | {".gitlab/airflow-tools.Dockerfile": f"{MARK} {command}`; do not edit.\n{CONTAINERFILE}"}


def pipeline(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Merge requests, deployment, nightly checks and image, as jobs that start without stages."""
    jobs = {**templates(), **_review(targets), **_deployment(targets), **_nightly(targets), **_image(targets)}
    return {"variables": {"AIRFLOW_TOOLS_IMAGE": TOOLS_IMAGE}, **jobs}


def _review(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Each merge request: policies, plans as the plan role, new access, cost, one comment."""
    base = {"BASE": "$CI_MERGE_REQUEST_DIFF_BASE_SHA", "GIT_DEPTH": "0"}
    jobs = {
        "airflow-checks": job(
            30,
            scripts.SYNTH,
            scripts.GATE,
            scripts.check_pipelines(targets, "gitlab"),
            scripts.CHECKOUT_BEFORE,
            scripts.ACCESS,
            rules=ON_MERGE_REQUEST,
            variables=base,
            keep=[scripts.COMMENTS],
        )
    }
    for target in targets:
        jobs[f"airflow-review-{target.name}"] = job(
            60,
            scripts.CHECKOUT_BEFORE,
            f"{scripts.plan(target)} || rejected=$?",
            scripts.gate(target) + " || failed=$?",
            scripts.report(target),
            'exit "${rejected:-${failed:-0}}"',
            rules=ON_MERGE_REQUEST,
            variables=base,
            role=as_role(target, target.plan_role),
            keep=[scripts.COMMENTS, f".build/report/{target.name}.html"],
        )
    comment = job(10, COMMENT, rules=ON_MERGE_REQUEST, needs=list(jobs), tools=False)
    return {**jobs, "airflow-comment": {**comment, "when": "always"}}


def _deployment(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Each merge: plan, approval by hand, apply of the reviewed plan, verification; one environment after the other."""
    jobs: dict[str, Any] = {}
    rules = on_branch(targets[0].branch)
    for target in targets:
        needs = list(jobs)[-1:]
        plan, apply = f"airflow-plan-{target.name}", f"airflow-deploy-{target.name}"
        jobs[plan] = job(
            60,
            scripts.plan(target),
            scripts.gate(target),
            rules=rules,
            needs=needs,
            role=as_role(target, target.plan_role),
            keep=[f"{scripts.PLANS}/reviewed.json"],
        )
        deploy = job(
            SECONDS["deploy"] // 60,
            scripts.deploy(target),
            scripts.verify(target),
            rules=[rule | {"when": "manual"} for rule in rules],
            needs=[plan],
            role=as_role(target, target.deploy_role),
        )
        jobs[apply] = {**deploy, "environment": target.name, "resource_group": "airflow-deploy"}
    return jobs


def _nightly(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Each night: AWS still equals the files, and each change of a key has its declared effect."""
    jobs = {
        f"airflow-drift-{target.name}": job(
            60, scripts.drift(target), rules=on_schedule(), role=as_role(target, target.plan_role)
        )
        for target in targets
    }
    return jobs | {"airflow-day-two": job(180, scripts.DAY_TWO, rules=on_schedule())}


def _image(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Build for both architectures, scan, and open a merge request with the digests."""
    rules = on_branch(targets[0].branch, changes=IMAGE_FILES)
    commit = {"COMMIT": "$CI_COMMIT_SHA"}
    jobs: dict[str, Any] = {}
    for target in targets:
        digest = f'echo "{scripts.digest_variable(target)}=$(cat .build/digest)" > .build/digest-{target.name}.env'
        made = job(
            120,
            BUILDER,
            scripts.image(target),
            digest,
            scripts.bill_of_materials(target),
            scripts.scan(target),
            rules=rules,
            variables=commit | DOCKER["variables"],
            role=as_role(target, target.deploy_role),
            keep=[f".build/sbom-{target.name}.json"],
        )
        made["artifacts"]["reports"] = {"dotenv": f".build/digest-{target.name}.env"}
        jobs[f"airflow-image-{target.name}"] = {**made, "services": DOCKER["services"]}
    pin = job(
        15,
        scripts.pin(targets, push=MERGE_REQUEST),
        rules=rules,
        needs=list(jobs),
        variables={"BRANCH": "airflow-image/$CI_COMMIT_SHA"},
    )
    return {**jobs, "airflow-pin": pin}
