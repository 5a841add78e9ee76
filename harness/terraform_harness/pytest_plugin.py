"""pytest plugin with fixtures for Terraform: assertions, offline plans, the emulator, policies.

An installed ``terraform-harness`` registers it with pytest; elsewhere ``pytest_plugins =
["terraform_harness.pytest_plugin"]`` in conftest.py loads it.

Options, also as ini settings without the dashes: ``--stacks FOLDER`` is the folder of the root modules
(default: ``cdktf.out/stacks``); ``--emulated-account`` and ``--emulated-region`` replace the account and the region of
the stacks' providers; ``--attribute-coverage FILE`` records the attributes that tests read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from terraform_harness.assertions.template import Template
from terraform_harness.extras import MissingExtra
from terraform_harness.terraform import mock_outputs, workspace
from terraform_harness.terraform.run import Terraform, TerraformError
from terraform_harness.tools import require

if TYPE_CHECKING:
    from terraform_harness.emulator import Emulator
    from terraform_harness.lifecycle import Lifecycle

OPTIONS = {
    "stacks": ("cdktf.out/stacks", "folder of the root modules, relative to pytest's root"),
    "emulated-account": ("", "account of the emulator; default: the one that the stacks' providers allow"),
    "emulated-region": ("", "region of the emulator; default: that of the stacks' providers"),
}
__tracebackhide__ = methodcaller("errisinstance", (MissingExtra, TerraformError, workspace.WorkspaceError))
DEFAULT_ACCOUNT, DEFAULT_REGION = "111111111111", "eu-central-1"
# A call to AWS fails at once: no process listens on port 9 (discard) of loopback.
NO_AWS = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the ini settings."""
    group = parser.getgroup("terraform", "Terraform")
    for name, (default, meaning) in OPTIONS.items():
        group.addoption(f"--{name}", help=f"{meaning} (default: {default})" if default else meaning)
        parser.addini(name.replace("-", "_"), meaning, default=default)
    group.addoption("--attribute-coverage", help="append the attributes that tests read to this file")


def pytest_configure(config: pytest.Config) -> None:
    """Start to record attributes where ``--attribute-coverage`` is given."""
    if config.getoption("attribute_coverage"):
        from terraform_harness import coverage

        coverage.record()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Save the recorded attributes."""
    file = session.config.getoption("attribute_coverage")
    if file:
        from terraform_harness import coverage

        coverage.save(Path(file))


def setting(config: pytest.Config, name: str) -> str:
    """Return an option of the command line, else of the ini file, else its default."""
    key = name.replace("-", "_")
    return str(config.getoption(key) or config.getini(key))


def provider_setting(stacks: Path, attribute: str) -> str | None:
    """Return the value that all AWS providers of the stacks share; None when no provider sets it.

    Args:
        stacks: Folder of the root modules.
        attribute: ``region``, or ``allowed_account_ids``, of which the first counts.

    Raises:
        UsageError: The providers have different values.
    """
    folders = [file.parent for pattern in ("*/*.tf.json", "*/*.tf") for file in stacks.glob(pattern)]
    found = {_first(workspace.provider_of(workspace.read(folder)).get(attribute)) for folder in dict.fromkeys(folders)}
    literal = sorted(value for value in found if value and "${" not in value)
    if len(literal) > 1:
        option = "--emulated-region" if attribute == "region" else "--emulated-account"
        raise pytest.UsageError(
            f"{stacks}: the providers have different values of {attribute}: {', '.join(literal)}. "
            f"Fix: choose one with {option}"
        )
    return literal[0] if literal else None


def _first(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value or "")


@pytest.fixture(scope="session")
def stacks_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of the root modules; override this fixture to synthesize them first."""
    return pytestconfig.rootpath / setting(pytestconfig, "stacks")


@pytest.fixture
def template(stacks_folder: Path) -> Callable[[str], Template]:
    """``template("dev-foundation")``: assertions on a synthesized stack."""
    return lambda stack: Template.read(stacks_folder / stack)


@pytest.fixture
def offline_plan(stacks_folder: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """``offline_plan("app", below={"network": "network-stack"})``: a stack's plan as JSON, without network or account.

    ``below`` names, for each ``terraform_remote_state``, the stack that publishes its outputs; mock outputs of the same
    shape replace them. Needs terraform and the provider.
    """
    require("terraform", "provider-mirror")

    def plan(stack: str, *, below: dict[str, str] | None = None) -> dict[str, Any]:
        folder = workspace.copy(stacks_folder / stack, into=tmp_path)
        published = (below or {}).items()
        outputs = {name: mock_outputs.outputs(workspace.read(stacks_folder / other)) for name, other in published}
        workspace.for_offline_plan(folder, outputs=outputs)
        root = Terraform(folder, environment=NO_AWS)
        root.init(verify_once=True)
        return root.show(root.plan(refresh=False))

    return plan


@pytest.fixture
def policy(stacks_folder: Path, tmp_path: Path) -> Callable[..., str]:
    """``policy("network", "app")``: run the policy gate on stacks; a finding fails the test with the gate's report.

    ``plan=("app", document)`` adds the plan of one of them; without stacks the plan is evaluated alone, as for roots in
    HCL. Needs ``terraform-harness[policies]``.
    """
    from terraform_harness import policy_gate

    def run(*stacks: str, plan: tuple[str, dict[str, Any]] | None = None) -> str:
        folders = [stacks_folder / stack for stack in stacks]
        for folder in folders:
            workspace.read(folder)
        try:
            return policy_gate.check(folders, plan=plan, folder=tmp_path)
        except policy_gate.PolicyError as error:
            pytest.fail(str(error), pytrace=False)

    return run


@pytest.fixture
def emulator(pytestconfig: pytest.Config, stacks_folder: Path) -> Iterator[Emulator]:
    """An empty AWS account on loopback; ``emulator.client("s3")`` gives boto3 clients."""
    from terraform_harness.emulator import Emulator

    account = setting(pytestconfig, "emulated-account") or provider_setting(stacks_folder, "allowed_account_ids")
    region = setting(pytestconfig, "emulated-region") or provider_setting(stacks_folder, "region")
    with Emulator(account_id=account or DEFAULT_ACCOUNT, region=region or DEFAULT_REGION) as running:
        yield running


@pytest.fixture
def lifecycle(stacks_folder: Path, emulator: Emulator, tmp_path: Path) -> Lifecycle:
    """Plan, apply, verify, plan again and destroy stacks in the emulator."""
    from rich.console import Console

    from terraform_harness.lifecycle import Lifecycle

    require("terraform", "provider-mirror")
    return Lifecycle(source=stacks_folder, folder=tmp_path, emulator=emulator, console=Console(file=sys.stderr))
