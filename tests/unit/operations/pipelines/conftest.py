"""The pipelines of three environments on each provider, generated once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.pipelines import github, gitlab
from operations.pipelines.target import Target, targets
from tests.unit.environments.cases import SMALLEST, changed

NAMES = ("dev", "staging", "prod")
FILES = {"github": github.files, "gitlab": gitlab.files}
PROJECT = {
    "github": {"github_repository": "example/platform"},
    "gitlab": {"gitlab_project": "example/platform"},
}
HOSTS = {"github": "github.com", "gitlab": "gitlab.com"}


def environment(name: str, provider: str = "github", **oidc: Any) -> dict[str, Any]:
    """A small environment with CI roles; prod follows main, staging a branch of its name, dev an image."""
    number = NAMES.index(name) + 1
    account = str(number) * 12
    change: dict[str, Any] = {
        "name": name,
        "account_id": account,
        "state": {"bucket": f"states-{account}"},
        "network": {"cidr": f"10.{number}0.0.0/16"},
        "load_balancer": {"certificate_arn": f"arn:aws:acm:eu-central-1:{account}:certificate/0000"},
        "iam": {"oidc": {**PROJECT[provider], **oidc}},
    }
    if name != "dev":
        branch = "main" if name == "prod" else name
        repository = f"https://{HOSTS[provider]}/example/dags.git"
        change["dags"] = {"delivery": "git_sync", "repository": repository, "branch": branch}
    return changed(SMALLEST, change)


def write(folder: Path, *documents: dict[str, Any]) -> Path:
    """A folder with a file for each environment."""
    folder.mkdir(exist_ok=True)
    for document in documents:
        (folder / f"{document['name']}.yaml").write_text(yaml.safe_dump(document))
    return folder


@pytest.fixture(scope="session", params=["github", "gitlab"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def found(provider: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Target, ...]:
    folder = write(tmp_path_factory.mktemp("environments"), *(environment(name, provider) for name in NAMES))
    return targets(NAMES, folder=folder, provider=provider)


@pytest.fixture(scope="session")
def files(found: tuple[Target, ...], provider: str) -> dict[str, str]:
    return FILES[provider](found, command=f"{' '.join(NAMES)} --provider {provider}")


def steps(files: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """File, job, the job's document and script of every step that runs a shell."""
    for name, text in sorted(files.items()):
        if not name.endswith(".yml"):
            continue
        document = yaml.safe_load(text)
        for job, body in (document.get("jobs") or {"action": document.get("runs")}).items():
            for step in (body or {}).get("steps", ()):
                if "run" in step:
                    yield name, job, {**body, "step": step}, step["run"]
        for job, body in document.items():
            if isinstance(body, dict):
                for script in [*body.get("before_script", ()), *body.get("script", ())]:
                    yield name, job, body, script
