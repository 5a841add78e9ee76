"""O2: one environment's whole life by operations alone, on the emulator, from the stacks that are deployed.

bootstrap, deploy, deploy again, verify, rotate, hibernate, wake, destroy: each as a person would call it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.seed import seed
from terraform_harness.terraform import workspace
from terraform_harness.tools import require

from environments import Environment
from environments.load import load
from local.repository import ROOT
from operations import hibernation, image, rotate, secrets, stacks, verify
from operations.account import Account
from operations.bootstrap import bootstrap
from operations.deploy import deploy, destroy
from operations.errors import Refused

INDEX = "application/vnd.oci.image.index.v1+json"


def yes(_question: str) -> bool:
    return True


@dataclass
class Life:
    """An account in the emulator, where what ECS would do by itself happens whenever somebody waits."""

    account: Account
    emulator: Emulator

    def settle(self, _seconds: float) -> None:
        """ECS brings every service to its desired count; moto does so when the count is said again."""
        ecs, cluster = self.emulator.client("ecs"), self.account.names.name
        for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
            service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
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

    def troubles(self) -> dict[str, str]:
        return {check.what: check.trouble for check in verify.verify(self.account) if check.trouble}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """The environment dev in an empty emulator, synthesized, with stacks that address the emulator."""
    require("terraform", "provider-mirror", "node")
    folder = tmp_path_factory.mktemp("operations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_ECS_SERVICE_RUNNING", "1")
        with Emulator(account_id="111111111111") as emulator:
            for name, value in emulator.environment.items():
                patch.setenv(name, value)
            patch.setattr(stacks, "STACKS", _stacks(folder, emulator))
            account = Account(_environment())
            found = Life(account=account, emulator=emulator)
            account.sleep = found.settle
            yield found


def _environment() -> Environment:
    return load(ROOT / "environments" / "dev.yaml")


def _stacks(folder: Path, emulator: Emulator) -> Path:
    out = folder / "synthesized"
    subprocess.run([sys.executable, "main.py", "environments", str(out)], cwd=ROOT, check=True, capture_output=True)
    for stack in ("bootstrap-111111111111", "dev-foundation", "dev-airflow"):
        copy = workspace.copy(out / "stacks" / stack, into=folder)
        workspace.for_emulator(copy)
        seed(emulator, workspace.read(copy))
    return folder


@pytest.mark.feature("O2")
def test_whole_life_of_an_environment(life: Life, capfd: pytest.CaptureFixture[str]) -> None:
    account = life.account.guard()
    emulator = life.emulator
    bootstrap(account, confirm=yes)
    assert account.environment.state.bucket in {b["Name"] for b in emulator.client("s3").list_buckets()["Buckets"]}

    with pytest.raises(Refused, match=r"image airflow-dev:.* is not in the repository"):
        deploy(account, confirm=yes)
    life.push_image()
    deploy(account, confirm=yes)
    assert life.troubles() == {}

    capfd.readouterr()
    deploy(account, confirm=yes)
    again = capfd.readouterr().err
    assert "dev-foundation: nothing to change" in again
    assert "dev-airflow: nothing to change" in again

    for rotation in rotate.ROTATIONS.values():
        rotation(account)
    assert secrets.complete(account) == []
    assert life.troubles() == {}

    hibernation.hibernate(account)
    assert life.troubles() == {"database available": "is stopped"}
    hibernation.wake(account)
    assert life.troubles() == {}

    with pytest.raises(Refused, match=r"dev was not destroyed: 'prod' was typed"):
        destroy(account, typed="prod", confirm=yes)
    destroy(account, typed="dev", confirm=yes)
    assert emulator.client("rds").describe_db_instances()["DBInstances"] == []
    assert emulator.client("ecs").list_clusters()["clusterArns"] == []
