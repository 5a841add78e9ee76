"""GitHub Actions: the workflows, and the action that installs the tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from environments.facts.ci_roles import SECONDS
from operations.pipelines import github_dags, github_image, scripts
from operations.pipelines.actions import uses, with_versions
from operations.pipelines.github_steps import (
    CHECKOUT,
    SAME_REPOSITORY,
    TOOLS,
    always,
    approval,
    credentials,
    job,
    on_branch,
    run,
    workflow,
)
from operations.pipelines.target import Target
from operations.pipelines.text import yaml_text

FOLDER = ".github/workflows"
HISTORY = uses("actions/checkout", fetch_depth=0, persist_credentials=False)
BASE = {"BASE": "${{ github.event.pull_request.base.sha }}"}
COMMENT_DAYS, REVIEW_DAYS, REPORT_DAYS = 1, 5, 7
"""Days that GitHub keeps a comment, a reviewed plan and a report."""


def files(targets: tuple[Target, ...], *, command: str) -> dict[str, str]:
    """The files by their path in the repository."""
    made: dict[str, Mapping[str, Any]] = {
        ".github/actions/airflow-tools/action.yml": tools(),
        f"{FOLDER}/airflow-review.yml": review(targets),
        f"{FOLDER}/airflow-deploy.yml": deployment(targets),
        f"{FOLDER}/airflow-nightly.yml": nightly(targets),
        f"{FOLDER}/airflow-image.yml": github_image.image(targets),
        **github_dags.files(targets),
    }
    return {name: with_versions(yaml_text(command, document)) for name, document in made.items()}


def tools() -> dict[str, Any]:
    """The action that installs Python, Node.js, Terraform and the locked packages."""
    return {
        "name": "Tools of airflow-fargate",
        "description": "Install Python, Node.js, Terraform and the locked packages.",
        "runs": {
            "using": "composite",
            "steps": [
                uses("actions/setup-python", python_version="3.11"),
                uses("actions/setup-node", node_version="20", package_manager_cache=False),
                uses("hashicorp/setup-terraform")
                | {"with": {"terraform_version": "1.11.4", "terraform_wrapper": False}},
                {"shell": "bash", "run": scripts.TOOLS},
            ],
        },
    }


def review(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Each pull request: policies, plans as the plan role, new access, cost, one comment."""
    jobs = {"checks": _checks(targets)}
    jobs |= {f"plan-{target.name}": _review_plan(target) for target in targets}
    jobs["comment"] = _comment(list(jobs))
    return workflow(
        "Airflow: review",
        {"pull_request": {"branches": [targets[0].branch]}},
        jobs,
        group="airflow-review-${{ github.event.pull_request.number }}",
        cancel=True,
    )


def _checks(targets: tuple[Target, ...]) -> dict[str, Any]:
    return job(
        30,
        HISTORY,
        TOOLS,
        run("Synthesize", scripts.SYNTH),
        run("Policies", scripts.GATE),
        run("Pipelines are current", scripts.check_pipelines(targets, "github")),
        run("Synthesize the version before", scripts.CHECKOUT_BEFORE, env=BASE),
        run("New access", scripts.ACCESS),
        _keep("comment-access", f"{scripts.COMMENTS}/access.md", COMMENT_DAYS),
    )


def _review_plan(target: Target) -> dict[str, Any]:
    return job(
        60,
        HISTORY,
        TOOLS,
        credentials(target.plan_role, target, SECONDS["plan"]),
        run("Plan", scripts.plan(target)),
        always(run("Policies on the plan", scripts.gate(target))),
        always(run("Synthesize the version before", scripts.CHECKOUT_BEFORE, env=BASE)),
        always(run("Report and cost", scripts.report(target))),
        always(_keep(f"comment-{target.name}", f"{scripts.COMMENTS}/{target.name}.md", COMMENT_DAYS)),
        always(_keep(f"report-{target.name}", f".build/report/{target.name}.html", REPORT_DAYS)),
        condition=SAME_REPOSITORY,
        permissions={"contents": "read", "id-token": "write"},
    )


def _comment(needs: Iterable[str]) -> dict[str, Any]:
    return job(
        10,
        uses("actions/download-artifact", pattern="comment-*", path="comments", merge_multiple=True),
        run(
            "Comment",
            "cat comments/*.md | head --bytes 65000 > comment.md\n"
            'gh pr comment "$NUMBER" --repo "$GITHUB_REPOSITORY" --edit-last --create-if-none --body-file comment.md',
            env={"GH_TOKEN": "${{ github.token }}", "NUMBER": "${{ github.event.pull_request.number }}"},
        ),
        needs=list(needs),
        condition=f"!cancelled() && {SAME_REPOSITORY}",
        permissions={"pull-requests": "write"},
    )


def deployment(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Each merge: plan, approval, apply of the reviewed plan, verification; one environment after the other."""
    jobs: dict[str, Any] = {}
    for target in targets:
        before = list(jobs)[-1:]
        jobs[f"plan-{target.name}"] = _deploy_plan(target, before)
        approved = f"plan-{target.name}"
        if not target.approval:
            text = f"the plan of {target.name} is approved"
            jobs[f"approve-{target.name}"] = approval(text, needs=approved, environment=target.name)
            approved = f"approve-{target.name}"
        jobs[f"deploy-{target.name}"] = _deploy(target, approved)
    return workflow(
        "Airflow: deploy",
        {"push": {"branches": [targets[0].branch]}, "workflow_dispatch": {}},
        jobs,
        group="airflow-deploy",
    )


def _deploy_plan(target: Target, needs: list[str]) -> dict[str, Any]:
    return job(
        60,
        CHECKOUT,
        TOOLS,
        credentials(target.plan_role, target, SECONDS["plan"]),
        run("Plan", f'{scripts.plan(target)} | tee "$GITHUB_STEP_SUMMARY"'),
        run("Policies on the plan", scripts.gate(target)),
        _keep(f"plan-{target.name}", f"{scripts.PLANS}/reviewed.json", REVIEW_DAYS),
        needs=needs,
        permissions={"contents": "read", "id-token": "write"},
    )


def _deploy(target: Target, needs: str) -> dict[str, Any]:
    return job(
        SECONDS["deploy"] // 60,
        CHECKOUT,
        TOOLS,
        credentials(target.deploy_role, target, SECONDS["deploy"]),
        uses("actions/download-artifact", name=f"plan-{target.name}", path=scripts.PLANS),
        run("Deploy", scripts.deploy(target)),
        run("Verify", scripts.verify(target)),
        needs=[needs] if needs.startswith("plan-") else [f"plan-{target.name}", needs],
        condition=on_branch(target.branch),
        permissions={"contents": "read", "id-token": "write"},
        environment=target.approval,
    )


def nightly(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Each night: AWS still equals the files, and each change of a key has its declared effect."""
    jobs = {f"drift-{target.name}": _drift(target) for target in targets}
    jobs["day-two"] = job(180, CHECKOUT, TOOLS, run("Effects of changes", scripts.DAY_TWO))
    return workflow(
        "Airflow: nightly",
        {"schedule": [{"cron": "17 2 * * *"}], "workflow_dispatch": {}},
        jobs,
        group="airflow-nightly",
    )


def _drift(target: Target) -> dict[str, Any]:
    return job(
        60,
        CHECKOUT,
        TOOLS,
        credentials(target.plan_role, target, SECONDS["plan"]),
        run("Drift", f'{scripts.drift(target)} | tee "$GITHUB_STEP_SUMMARY"'),
        permissions={"contents": "read", "id-token": "write"},
    )


def _keep(name: str, path: str, days: int) -> dict[str, Any]:
    """Keep a file for the next job; the path begins with a dot, which the action leaves out by default."""
    hidden = {"include_hidden_files": True} if path.startswith(".") else {}
    return uses(
        "actions/upload-artifact", name=name, path=path, retention_days=days, if_no_files_found="error", **hidden
    )
