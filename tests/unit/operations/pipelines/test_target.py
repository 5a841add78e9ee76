"""Which environments have a pipeline, and one message for each that has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from operations.pipelines.dag_files import dag_files
from operations.pipelines.target import Target
from tests.unit.operations.command_line import run
from tests.unit.operations.pipelines.conftest import NAMES, environment, write


def message(folder: Path, *words: str) -> str:
    code, out, err = run(folder, "pipelines", *words)
    assert (code, out) == (2, ""), err
    assert err.count("\n") == 1
    return err


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("words", "documents", "expected"),
    [
        (["nowhere"], [environment("dev")], "'nowhere' is not an environment. Allowed: dev. Fix: correct the name\n"),
        (["dev", "dev"], [environment("dev")], "'dev' is listed twice. Fix: name each environment once\n"),
        (
            ["dev", "--provider", "other"],
            [environment("dev")],
            "unknown provider 'other'. Allowed: github, gitlab. Fix: name one of them\n",
        ),
        (
            ["dev"],
            [{**environment("dev"), "iam": {}}],
            (
                "dev.yaml: iam.oidc.github_repository: missing; there are no CI roles. Fix: set iam: {oidc: "
                "{github_repository: OWNER/NAME}}, then make bootstrap ENV=dev\n"
            ),
        ),
        (
            ["dev", "--provider", "gitlab"],
            [environment("dev")],
            (
                "dev.yaml: iam.oidc.gitlab_project: missing; iam.oidc.github_repository is set: the CI roles trust "
                "another provider. Fix: set iam: {oidc: {gitlab_project: OWNER/NAME}}, then make bootstrap ENV=dev\n"
            ),
        ),
        (
            ["dev", "prod"],
            [environment("dev"), environment("prod", branch="release")],
            (
                "prod.yaml: iam.oidc.branch: must be 'main' as in dev.yaml, because one pipeline deploys both, got "
                "'release'. Fix: use the same value, or run the command for each separately\n"
            ),
        ),
    ],
    ids=["unknown", "twice", "provider", "no-roles", "other-provider", "branches"],
)
def test_environment_without_a_pipeline_gets_one_message(
    words: list[str], documents: list[dict[str, Any]], expected: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "environments", *documents)
    assert message(folder, *words, "--out", str(tmp_path / "out")).endswith(expected)
    assert not (tmp_path / "out").exists()


@pytest.mark.feature("O5")
def test_roles_have_the_arns_of_the_bootstrap_stack(found: tuple[Target, ...]) -> None:
    assert [target.name for target in found] == list(NAMES)
    assert found[2].plan_role == "arn:aws:iam::333333333333:role/airflow-ci/airflow-ci-plan"
    assert found[2].deploy_role == "arn:aws:iam::333333333333:role/airflow-ci/airflow-ci-deploy"


@pytest.mark.feature("O5")
def test_github_environment_of_the_trust_policy_is_that_of_the_deploying_job(tmp_path: Path) -> None:
    folder = write(tmp_path / "environments", environment("prod", github_environment="production"))
    code, _, err = run(folder, "pipelines", "prod", "--out", str(tmp_path / "out"))
    assert code == 0, err
    text = (tmp_path / "out/.github/workflows/airflow-deploy.yml").read_text()
    assert "    environment: production\n" in text
    assert "approve-prod" not in text


@pytest.mark.feature("O5")
def test_dag_files_on_another_host_have_no_pipeline(found: tuple[Target, ...]) -> None:
    assert dag_files(found, host="git.example.com") is None
    assert dag_files(found[:1], host="git.example.com") is not None, "baked into the image of this repository"
