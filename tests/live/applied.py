"""The environment of the live tests, synthesized from its YAML file and applied to the emulator by Terraform."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from terraform_harness.emulator import Emulator
from terraform_harness.lifecycle import Lifecycle
from terraform_harness.tools import require

from local.repository import ROOT

ENVIRONMENT = Path(__file__).with_name("environment.yaml")


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """An ssh key as files hold it."""

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
    """The environment as Terraform made it, and the way to make it another."""

    emulator: Emulator
    folder: Path
    text: str
    host_key: KeyPair
    deploy_key: KeyPair

    def make(self, *stacks: str, **changes: object) -> None:
        """Synthesize the environment with ``changes`` to its keys (None leaves one out) and apply ``stacks``."""
        wanted = {**yaml.safe_load(self.text), **changes}
        work = self.folder / "-".join(map(str, ["stacks", *changes.values()]))
        (work / "environments").mkdir(parents=True)
        kept = {key: value for key, value in wanted.items() if value is not None}
        (work / "environments" / "live.yaml").write_text(yaml.safe_dump(kept))
        words = [sys.executable, "main.py", str(work / "environments"), str(work / "out")]
        subprocess.run(words, cwd=ROOT, check=True)
        life = Lifecycle(
            source=work / "out" / "stacks", folder=work, emulator=self.emulator, console=Console(file=sys.stderr)
        )
        for stack in stacks:
            life.make(stack)


def apply() -> Applied:
    """Both stacks of the environment, in an emulator that runs on; its owner ends it."""
    require("docker", "terraform", "provider-mirror")
    host = KeyPair.make()
    text = ENVIRONMENT.read_text().replace("HOST_KEY", host.public)
    emulator = Emulator(account_id="111111111111")
    environment = Applied(
        emulator=emulator,
        folder=Path(tempfile.mkdtemp(prefix="airflow-fargate-live-")),
        text=text,
        host_key=host,
        deploy_key=KeyPair.make(),
    )
    emulator.start()
    # What the bootstrap stack makes is shown by the apply tier; a minute is saved here.
    emulator.make_state_bucket("airflow-fargate-state-111111111111")
    environment.make("live-foundation", "live-airflow")
    return environment
