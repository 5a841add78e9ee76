"""The life of an environment by operations alone, on the emulator, from bootstrap to destroy.

The stacks are those that are deployed to AWS; only the address of S3 differs.
"""

from __future__ import annotations

import datetime
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.seed import seed
from terraform_harness.terraform import workspace
from terraform_harness.tools import require

from environments.load import load
from local.repository import ROOT
from operations import backup, hibernation, image, plan, restore, rotate, secrets, stacks, verify
from operations.account import Account
from operations.bootstrap import bootstrap
from operations.deploy import deploy, destroy
from operations.errors import PreconditionError
from operations.restore_source import from_snapshot, from_time
from operations.reviewed import read_reviewed
from tests.apply.conftest import environment

INDEX = "application/vnd.oci.image.index.v1+json"


def yes(_question: str) -> bool:
    return True


@dataclass
class Life:
    """An account in the emulator; ``settle`` does what ECS does while a command waits."""

    account: Account
    emulator: Emulator
    folder: Path

    def settle(self, _seconds: float) -> None:
        """Bring every service to its desired count; moto does so when the count is set again."""
        ecs, cluster = self.emulator.client("ecs"), self.account.names.name
        for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
            service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
            if service["status"] != "ACTIVE":
                continue
            ecs.update_service(cluster=cluster, service=arn, desiredCount=service["desiredCount"])
            for attached in service["loadBalancers"]:
                self.emulator.client("elbv2").register_targets(
                    TargetGroupArn=attached["targetGroupArn"], Targets=[{"Id": "10.10.0.10", "Port": 8080}]
                )

    def push_image(self) -> None:
        platforms = [{"architecture": name, "os": "linux"} for name in image.PROCESSORS.values()]
        digest = "sha256:" + "0" * 64
        manifests = [{"digest": digest, "size": 1, "platform": platform} for platform in platforms]
        self.emulator.client("ecr").put_image(
            repositoryName=self.account.names.name,
            imageManifest=json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}),
            imageManifestMediaType=INDEX,
            imageTag=self.account.environment.airflow.image_tag,
        )

    def problems(self) -> dict[str, str]:
        return {check.what: check.problem for check in verify.verify(self.account) if check.problem}


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """The environment dev in an empty emulator, synthesized, with stacks that use the emulator's S3."""
    require("terraform", "provider-mirror", "node")
    folder = tmp_path
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_ECS_SERVICE_RUNNING", "1")
        with Emulator(account_id="111111111111") as emulator:
            for name, value in emulator.environment.items():
                patch.setenv(name, value)
            file = synthesized(folder)
            _use(folder, emulator)
            patch.setattr(stacks, "STACKS", folder / "stacks")
            account = Account(load(file))
            found = Life(account=account, emulator=emulator, folder=folder)
            account.sleep = found.settle
            yield found


def synthesized(folder: Path) -> Path:
    """Synthesize dev into ``folder``, and return its environment file."""
    document = environment("dev")
    file = folder / "environments" / "dev.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(document))
    command = [sys.executable, "main.py", str(file.parent), str(folder / "synthesized")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return file


def _use(folder: Path, emulator: Emulator) -> None:
    """Replace the stacks of operations by the synthesized ones, for the emulator."""
    for stack in ("bootstrap-111111111111", "dev-foundation", "dev-airflow"):
        shutil.rmtree(folder / "stacks" / stack, ignore_errors=True)
        copy = workspace.copy(folder / "synthesized" / "stacks" / stack, into=folder / "stacks")
        workspace.for_emulator(copy)
        seed(emulator, workspace.read(copy))


@pytest.mark.feature("O2", "D6", "O5")
@pytest.mark.long
def test_environment_is_deployed_restored_rotated_hibernated_and_destroyed(
    life: Life, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    account = life.account.guard()
    emulator = life.emulator
    bootstrap(account, confirm=yes)
    assert account.environment.state.bucket in {b["Name"] for b in emulator.client("s3").list_buckets()["Buckets"]}

    plan.plan(account).write(tmp_path)  # before anything exists: the plan of Airflow has made-up ids
    reviewed = read_reviewed(tmp_path / "reviewed.json", environment="dev")
    with pytest.raises(PreconditionError, match=r"image airflow-dev:.* is not in the repository"):
        deploy(account, confirm=yes, reviewed=reviewed)
    life.push_image()
    deploy(account, confirm=yes, reviewed=reviewed)
    assert life.problems() == {}

    capfd.readouterr()
    deploy(account, confirm=yes)
    again = capfd.readouterr().err
    assert "dev-foundation: nothing to change" in again
    assert "dev-airflow: nothing to change" in again

    previous = restore.restore(from_snapshot(account, backup.backup(account)["snapshot"]), account, confirm=yes)
    assert life.problems() == {}
    unchanged = plan.plan(account)
    assert (unchanged.lines, unchanged.rejected, unchanged.changes) == (["Nothing to change."], [], 0)
    emulator.client("rds").delete_db_instance(DBInstanceIdentifier=previous["previous"], SkipFinalSnapshot=True)

    restore_to_a_point_in_time(life)

    for rotation in rotate.ROTATIONS.values():
        rotation(account)
    assert secrets.complete(account) == []
    assert life.problems() == {}
    deploy(account, confirm=yes)
    capfd.readouterr()
    deploy(account, confirm=yes)
    after_rotation = capfd.readouterr().err
    assert "dev-foundation: nothing to change" in after_rotation
    assert "dev-airflow: nothing to change" in after_rotation

    hibernation.hibernate(account)
    assert life.problems() == {"database available": f"is stopped. Fix: {account.command('wake')}"}
    hibernation.wake(account)
    assert life.problems() == {}

    with pytest.raises(PreconditionError, match=r"dev was not destroyed: 'prod' was typed"):
        destroy(account, typed="prod", confirm=yes)
    connection = f"{account.names.path}/connections/warehouse"
    emulator.client("ssm").put_parameter(Name=connection, Value="postgres://", Type="SecureString")
    destroy(account, typed="dev", confirm=yes)
    left = emulator.client("ssm").describe_parameters()["Parameters"]
    assert [parameter["Name"] for parameter in left if parameter["Name"].startswith("/airflow/dev/")] == []
    assert emulator.client("rds").describe_db_instances()["DBInstances"] == []
    assert emulator.client("ecs").list_clusters()["clusterArns"] == []


def restore_to_a_point_in_time(life: Life) -> None:
    time.sleep(1)  # the time of a restore has whole seconds
    now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%S}"
    done = restore.restore(from_time(life.account, now), life.account, confirm=yes)
    assert done["restored"] == f"dev at {now}Z"
    assert life.problems() == {}
    assert plan.plan(life.account).lines == ["Nothing to change."]
    life.emulator.client("rds").delete_db_instance(DBInstanceIdentifier=done["previous"], SkipFinalSnapshot=True)


DEPLOY = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
from environments.load import load
from operations import deploy, stacks
from operations.account import Account
stacks.STACKS = Path(sys.argv[1])
deploy.deploy(Account(load(sys.argv[2])), confirm=lambda question: True)
"""


@pytest.mark.feature("O2", "E6")
@pytest.mark.long
def test_first_deployment_continues_after_ctrl_c_while_the_database_is_created(life: Life) -> None:
    account = life.account.guard()
    bootstrap(account, confirm=yes)
    _interrupt_while_the_database_is_created(life)
    foundation = stacks.Stack(account, "foundation")
    assert "aws_db_instance.database" in tainted(foundation)

    with pytest.raises(PreconditionError, match=r"image airflow-dev:.* is not in the repository"):
        deploy(account, confirm=yes)
    assert tainted(foundation) == set()
    assert account.steps.complete == ["foundation", "secrets"]


def _interrupt_while_the_database_is_created(life: Life) -> None:
    command = [sys.executable, "-c", DEPLOY, str(stacks.STACKS), str(life.folder / "environments" / "dev.yaml")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 300
    while not life.emulator.client("rds").describe_db_instances()["DBInstances"]:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(1)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)


def tainted(stack: stacks.Stack) -> set[str]:
    """Addresses of the resources that the state calls tainted."""
    resources = stack.terraform.pull()["resources"]
    return {
        f"{resource['type']}.{resource['name']}"
        for resource in resources
        if any(instance.get("status") == "tainted" for instance in resource["instances"])
    }
