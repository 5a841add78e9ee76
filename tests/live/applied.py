"""Applies the environment of the live tests to the emulator with Terraform."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from terraform_harness.emulator import Emulator
from terraform_harness.lifecycle import Lifecycle
from terraform_harness.tools import require

from environments.facts.quotas import account_limits
from local.ecs.addresses import VPC_BLOCKS, free_block
from local.repository import ROOT

ENVIRONMENT = Path(__file__).with_name("environment.yaml")


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """An ssh key pair in OpenSSH format."""

    private: str
    public: str

    @classmethod
    def make(cls) -> KeyPair:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        return cls(private=private.decode(), public=public.decode())


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The applied environment.

    Args:
        emulator: the emulator that it was applied to.
        folder: folder of the Terraform roots.
        text: the environment's YAML.
        host_key: key of the Git host.
        deploy_key: key that the Git host accepts.
    """

    emulator: Emulator
    folder: Path
    text: str
    host_key: KeyPair
    deploy_key: KeyPair

    @property
    def stacks(self) -> Path:
        """The stacks that were applied last."""
        return max(self.folder.glob("stacks-*/out/stacks"), key=lambda folder: folder.stat().st_mtime)

    @property
    def _keys(self) -> dict[str, Any]:
        """The keys of the environment that was applied last."""
        keys: dict[str, Any] = yaml.safe_load((self.stacks.parents[1] / "environments" / "live.yaml").read_text())
        return keys

    @property
    def network(self) -> dict[str, Any]:
        """The network section that was applied last."""
        section: dict[str, Any] = self._keys["network"]
        return section

    @property
    def topology(self) -> str:
        """The topology that was applied last."""
        return str(self._keys.get("topology", "celery"))

    def make(self, *stacks: str, **changes: object) -> None:
        """Synthesize the environment with ``changes`` to its keys (None removes a key) and apply ``stacks``."""
        keys = {**yaml.safe_load(self.text), **changes}
        work = self.folder / f"stacks-{len(list(self.folder.iterdir()))}"
        (work / "environments").mkdir(parents=True)
        environment = {key: value for key, value in keys.items() if value is not None}
        (work / "environments" / "live.yaml").write_text(yaml.safe_dump(environment))
        words = [sys.executable, "main.py", str(work / "environments"), str(work / "out")]
        subprocess.run(words, cwd=ROOT, check=True)
        life = Lifecycle(
            source=work / "out" / "stacks", folder=work, emulator=self.emulator, console=Console(file=sys.stderr)
        )
        for stack in stacks:
            life.make(stack)


def apply() -> Applied:
    """Apply both stacks of the environment to a new emulator, which the caller stops."""
    require("docker", "packet-filters", "terraform", "provider-mirror")
    host = KeyPair.make()
    text = ENVIRONMENT.read_text().replace("HOST_KEY", host.public).replace("VPC_CIDR", free_block(VPC_BLOCKS))
    emulator = Emulator(account_id="111111111111", iam="enforce", quotas=account_limits())
    environment = Applied(
        emulator=emulator,
        folder=Path(tempfile.mkdtemp(prefix="airflow-fargate-live-")),
        text=text,
        host_key=host,
        deploy_key=KeyPair.make(),
    )
    emulator.start()
    # In place of the bootstrap stack, which the apply tier tests: saves a minute.
    emulator.make_state_bucket("airflow-fargate-state-111111111111")
    environment.make("live-foundation", "live-airflow")
    return environment
