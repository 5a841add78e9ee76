"""pytest plugin for any CDKTF or Terraform JSON project.

``pytest_plugins = ["terraform_harness.pytest_plugin"]`` in conftest.py loads it.

Options (also as ini settings without the dashes): ``--stacks FOLDER`` says where the synthesized stacks are
(``cdktf.out/stacks``), ``--emulated-account`` and ``--emulated-region`` whose account the emulator plays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from terraform_harness.assertions.template import Template
from terraform_harness.emulator import Emulator
from terraform_harness.lifecycle import Lifecycle
from terraform_harness.terraform import mock_outputs, workspace
from terraform_harness.terraform.run import Terraform
from terraform_harness.tools import require

OPTIONS = {
    "stacks": ("cdktf.out/stacks", "folder of the synthesized stacks, relative to pytest's root"),
    "emulated-account": ("111111111111", "account that the emulator plays"),
    "emulated-region": ("eu-central-1", "region of the emulator"),
}
# A call to AWS fails at once, loudly: nothing listens on port 9 (discard) of loopback.
NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("terraform", "Terraform JSON")
    for name, (default, meaning) in OPTIONS.items():
        group.addoption(f"--{name}", help=f"{meaning} (default: {default})")
        parser.addini(name.replace("-", "_"), meaning, default=default)


def setting(config: pytest.Config, name: str) -> str:
    """An option from the command line, else from the ini file, else its default."""
    key = name.replace("-", "_")
    return str(config.getoption(key) or config.getini(key))


@pytest.fixture(scope="session")
def stacks_folder(pytestconfig: pytest.Config) -> Path:
    """Where ``<stack>/cdk.tf.json`` are; override this fixture to synthesize them first."""
    return pytestconfig.rootpath / setting(pytestconfig, "stacks")


@pytest.fixture
def template(stacks_folder: Path) -> Callable[[str], Template]:
    """``template("dev-foundation")``: assertions over a synthesized stack."""
    return lambda stack: Template.read(stacks_folder / stack)


@pytest.fixture
def offline_plan(stacks_folder: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """``offline_plan("app", below={"network": "network-stack"})``: a stack's plan as JSON, without network or account.

    ``below`` names, for each ``terraform_remote_state``, the stack that publishes its outputs; stand-ins of the right
    shape take their place. Needs terraform and the provider.
    """
    require("terraform", "provider-mirror")

    def plan(stack: str, *, below: dict[str, str] | None = None) -> dict[str, Any]:
        folder = workspace.copy(stacks_folder / stack, into=tmp_path)
        published = (below or {}).items()
        outputs = {name: mock_outputs.outputs(workspace.read(stacks_folder / other)) for name, other in published}
        workspace.for_offline_plan(folder, outputs=outputs)
        root = Terraform(folder, environment=NOWHERE)
        root.init()
        return root.show(root.plan(refresh=False))

    return plan


@pytest.fixture
def emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """An empty account of AWS on loopback; ``emulator.client("s3")`` gives boto3 clients."""
    account, region = setting(pytestconfig, "emulated-account"), setting(pytestconfig, "emulated-region")
    with Emulator(account_id=account, region=region) as running:
        yield running


@pytest.fixture
def lifecycle(stacks_folder: Path, emulator: Emulator, tmp_path: Path) -> Lifecycle:
    """Plan, apply, verify, plan again and destroy stacks in the emulator."""
    require("terraform", "provider-mirror")
    console = Console(file=sys.stderr)
    return Lifecycle(source=stacks_folder, folder=tmp_path, emulator=emulator, console=console)
