"""The life of an environment by operations alone, on the emulator, from bootstrap to destroy.

The stacks are those that are deployed to AWS; only the address of S3 differs.
"""

from __future__ import annotations

import datetime
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
import yaml
from terraform_gate.interruptions import RULE
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.seed import seed
from terraform_harness.terraform import workspace
from terraform_harness.terraform.run import Terraform
from terraform_harness.tools import require
from typer.testing import CliRunner

from environments.load import load
from local.repository import ROOT
from operations import __main__ as command_line
from operations import backup, hibernation, image, plan, restore, rotate, secrets, stacks, verify
from operations.account import Account
from operations.bootstrap import bootstrap
from operations.commands import shared, upgrade
from operations.deploy import deploy, destroy
from operations.errors import PreconditionError
from operations.restore_source import from_snapshot, from_time
from operations.reviewed import read_reviewed
from operations.services import wait_until_steady
from tests.apply.conftest import environment
from tests.unit.operations.test_major_upgrade import REPORT
from tests.unit.operations.test_migrate import will_log

PROXY = "aws_db_proxy.database_proxy"
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

    def push_image(self, *, size: int = 1) -> str:
        """Push an image, another one for each ``size``; returns its digest."""
        platforms = [{"architecture": name, "os": "linux"} for name in image.PROCESSORS.values()]
        digest = "sha256:" + "0" * 64
        manifests = [{"digest": digest, "size": size, "platform": platform} for platform in platforms]
        answer = self.emulator.client("ecr").put_image(
            repositoryName=self.account.names.name,
            imageManifest=json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}),
            imageManifestMediaType=INDEX,
            imageTag=self.account.environment.airflow.image_tag if size == 1 else f"size-{size}",
        )
        return str(answer["image"]["imageId"]["imageDigest"])

    def synthesize(self, file: Path) -> None:
        """Synthesize the environment in ``file`` for the emulator; the states stay."""
        _synthesize(self.folder, file)
        _use(self.folder, self.emulator)

    def change(self, **sections: object) -> None:
        """Give the environment other keys, and synthesize it."""
        file = _written(self.folder, **sections)
        self.synthesize(file)
        self.account.environment = load(file)

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command line; returns its exit code and standard error."""

        def account(_environment: object, folder: Path) -> Account:
            return Account(load(folder / "dev.yaml"), folder=folder, sleep=self.settle)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shared, "Account", account)
            patch.setattr(upgrade, "synthesize_one", self.synthesize)
            done = CliRunner().invoke(command_line.app, [*words, "--folder", str(self.folder / "environments")])
        return done.exit_code, done.stderr

    def shared_stores(self) -> dict[str, bool]:
        """Whether broker, proxy and their security groups exist, and whether a rule of the services names a group."""
        rules = stacks.Stack(self.account, "airflow").terraform.pull()["resources"]
        named = {
            instance["attributes"]["referenced_security_group_id"]
            for rule in rules
            if rule["type"].startswith("aws_vpc_security_group_")
            for instance in rule["instances"]
        }
        groups = self.emulator.client("ec2").describe_security_groups()["SecurityGroups"]
        names = {f"{self.account.names.name}-{store}" for store in ("broker", "database-proxy")}
        ids = {group["GroupId"] for group in groups if group["GroupName"] in names}
        return {
            "broker": bool(self.emulator.client("elasticache").describe_replication_groups()["ReplicationGroups"]),
            "proxy": bool(self.emulator.client("rds").describe_db_proxies()["DBProxies"]),
            "security groups": bool(ids),
            "used": bool(ids & named),
        }

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
            file = _written(folder, database={"proxy": True})
            _synthesize(folder, file)
            _use(folder, emulator)
            patch.setattr(stacks, "STACKS", folder / "stacks")
            # The stacks are copies: init verifies the provider, and the commands after it need not read its 700 MB.
            patch.setattr(Terraform, "init", partialmethod(Terraform.init, verify_once=True))
            account = Account(load(file))
            found = Life(account=account, emulator=emulator, folder=folder)
            account.sleep = found.settle
            yield found


def _written(folder: Path, **change: object) -> Path:
    """Write the file of dev with other keys below ``folder``."""
    file = folder / "environments" / "dev.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(environment("dev", change=change)))
    return file


def _synthesize(folder: Path, file: Path) -> None:
    command = [sys.executable, "main.py", str(file.parent), str(folder / "synthesized")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def _use(folder: Path, emulator: Emulator) -> None:
    """Replace the stacks of operations by the synthesized ones, for the emulator."""
    for stack in ("bootstrap-111111111111", "dev-foundation", "dev-airflow"):
        shutil.rmtree(folder / "stacks" / stack, ignore_errors=True)
        copy = workspace.copy(folder / "synthesized" / "stacks" / stack, into=folder / "stacks")
        workspace.for_emulator(copy)
        seed(emulator, workspace.read(copy))


@pytest.mark.feature("O2", "D6", "O5", "E6", "C6")
@pytest.mark.long
def test_environment_lives_from_an_interrupted_first_deployment_to_its_destruction(life: Life, tmp_path: Path) -> None:
    account = life.account.guard()
    emulator = life.emulator
    bootstrap(account, confirm=yes)
    assert account.environment.state.bucket in {b["Name"] for b in emulator.client("s3").list_buckets()["Buckets"]}

    plan.plan(account).write(tmp_path)  # before anything exists: the plan of Airflow has made-up ids
    reviewed = read_reviewed(tmp_path / "reviewed.json", environment="dev")
    interrupt_while_the_database_is_created(life)
    foundation = stacks.Stack(account, "foundation")
    assert "aws_db_instance.database" in tainted(foundation)
    with pytest.raises(PreconditionError, match=r"image airflow-dev:.* is not in the repository"):
        deploy(account, confirm=yes)
    assert tainted(foundation) == set()
    assert account.steps.complete == ["foundation", "secrets"]
    life.push_image()
    deploy(account, confirm=yes, reviewed=reviewed)
    assert life.problems() == {}

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
    assert plan.plan(account).lines == ["Nothing to change."]

    hibernation.hibernate(account)
    assert life.problems() == {"database available": f"is stopped. Fix: {account.command('wake')}"}
    assert plan.plan(account).lines == ["Nothing to change."]
    hibernation.wake(account)
    assert life.problems() == {}

    upgrade_and_leave_celery(life)

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


def upgrade_and_leave_celery(life: Life) -> None:
    """Another image, a new major version of PostgreSQL, no Celery and no proxy: one command, in a possible order."""
    change = {"topology": "local_executor", "workers": None, "broker": None, "database": {"engine_version": "17"}}
    life.change(**change)
    rejected = plan.plan(life.account).rejected
    lost = [line.split()[1] for line in rejected]
    assert {"aws_elasticache_replication_group.broker", PROXY} <= set(lost)
    waiver = {"rule": RULE, "reason": "leaves Celery", "owner": "me", "expires": "2099-01-01"}
    waivers = [{**waiver, "address": address} for address in lost]
    _written(life.folder, **change, waivers=[*environment("dev")["waivers"], *waivers])
    digest, seen = life.push_image(size=2), []

    def steady(account: Account, **options: Any) -> None:
        seen.append(life.shared_stores())
        wait_until_steady(account, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("operations.deploy.wait_until_steady", steady)
        will_log(life.account, patch, json.dumps(REPORT))
        code, err = life.run("upgrade", "dev", digest, "--yes")
    assert code == 0, err
    assert seen == [{"broker": True, "proxy": True, "security groups": True, "used": False}], "before the removals"
    assert set(life.shared_stores().values()) == {False}
    (database,) = life.emulator.client("rds").describe_db_instances()["DBInstances"]
    assert database["EngineVersion"].split(".")[0] == "17"
    assert len(re.findall(r"restore dev --snapshot airflow-dev-backup-\S+", err)) == 2, "of both upgrades"
    life.account.environment = load(life.folder / "environments" / "dev.yaml")
    assert life.account.environment.airflow.image_digest == digest
    assert life.problems() == {}
    assert plan.plan(life.account).lines == ["Nothing to change."]


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


def interrupt_while_the_database_is_created(life: Life) -> None:
    """Ctrl-C during the first deployment, whose unfinished resources Terraform then calls tainted."""
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
