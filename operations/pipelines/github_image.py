"""The workflow that builds the image and proposes its digest in a pull request."""

from __future__ import annotations

from typing import Any

from environments.facts.ci_roles import SECONDS
from operations.pipelines import scripts
from operations.pipelines.actions import uses
from operations.pipelines.github_steps import CHECKOUT, TOOLS, credentials, job, on_branch, run, workflow
from operations.pipelines.target import Target

COMMIT = {"COMMIT": "${{ github.sha }}"}
SBOM_DAYS = 90
PULL_REQUEST = """\
if ! git ls-remote --exit-code origin "refs/heads/$BRANCH" > /dev/null; then exit 0; fi
gh pr create --base "$BASE" --head "$BRANCH" \\
  --title 'Pin the new image' --body 'Built from the commit in the name of the branch.'"""


def image(targets: tuple[Target, ...]) -> dict[str, Any]:
    """Build for both architectures, scan, and open a pull request with the digests."""
    jobs = {f"image-{target.name}": _image(target) for target in targets}
    jobs["pin"] = _pin(targets, list(jobs))
    triggers = {
        "push": {"branches": [targets[0].branch], "paths": ["docker/airflow/**", "docker/airflow_fargate/**"]},
        "workflow_dispatch": {},
    }
    return workflow("Airflow: image", triggers, jobs, group="airflow-image")


def _image(target: Target) -> dict[str, Any]:
    made = job(
        120,
        CHECKOUT,
        TOOLS,
        uses("docker/setup-qemu-action", platforms="arm64"),
        uses("docker/setup-buildx-action"),
        credentials(target.deploy_role, target, SECONDS["deploy"]),
        run(
            "Build and push",
            f'{scripts.image(target)}\necho "digest=$(cat .build/digest)" >> "$GITHUB_OUTPUT"',
            env=COMMIT,
            id_="image",
        ),
        run("Bill of materials", scripts.bill_of_materials(target)),
        uses(
            "actions/upload-artifact",
            name=f"sbom-{target.name}",
            path=f".build/sbom-{target.name}.json",
            retention_days=SBOM_DAYS,
            if_no_files_found="error",
            include_hidden_files=True,
        ),
        run("Scan", scripts.scan(target)),
        condition=on_branch(target.branch),
        permissions={"contents": "read", "id-token": "write"},
        environment=target.approval,
    )
    return {"outputs": {"digest": "${{ steps.image.outputs.digest }}"}, **made}


def _pin(targets: tuple[Target, ...], needs: list[str]) -> dict[str, Any]:
    digests = {
        scripts.digest_variable(target): f"${{{{ needs.image-{target.name}.outputs.digest }}}}" for target in targets
    }
    branch = {"BRANCH": "airflow-image/${{ github.sha }}"}
    token = {"GH_TOKEN": "${{ github.token }}"}
    return job(
        15,
        CHECKOUT,
        TOOLS,
        run("Pin", f"gh auth setup-git\n{scripts.pin(targets, push='git push origin')}", env=digests | branch | token),
        run("Pull request", PULL_REQUEST, env=branch | token | {"BASE": targets[0].branch}),
        needs=needs,
        permissions={"contents": "write", "pull-requests": "write"},
    )
