"""git-sync follows a repository by git:// and ssh, and keeps its commit while the Git host is away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local.containers import engine, images
from local.containers.engine import Container, Launch
from tests.image.services import LOCKED_DOWN

TIMEOUT_SECONDS = 180


def _key_pair() -> tuple[str, str]:
    key = Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.OpenSSH
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private, line.decode()


DEPLOY_KEY, AUTHORIZED = _key_pair()


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A Git host whose repository the tests change."""

    image: str
    network: str
    host: Container

    @property
    def known_hosts(self) -> str:
        return f"git.example {self.host.exec('cat', '/srv/host_key.pub').stdout.strip()}"

    def commit(self, text: str) -> str:
        script = (
            "set -e; rm -rf /tmp/w; git clone -q /srv/git/dags.git /tmp/w 2>/dev/null; cd /tmp/w;"
            " git checkout -q -B main;"
            f" echo '{text}' >dag.py; mkdir -p deep/er; echo '{text}' >deep/er/file;"
            " git add .; git -c user.name=t -c user.email=t@example commit -q -m change; git push -q origin main;"
            " git rev-parse HEAD"
        )
        return self.host.exec("sh", "-c", script, user="git").stdout.strip()

    def sidecar(self, name: str, environ: Mapping[str, str]) -> Launch:
        variables = {
            "AIRFLOW_COMPONENT": "git-sync",
            "GITSYNC_REPO": "git://git.example/dags.git",
            "GITSYNC_REF": "main",
            "GITSYNC_PERIOD": "1",
            "AIRFLOW_WAIT_SECONDS": "0",
            **environ,
        }
        return Launch(
            image=self.image,
            name=f"{self.network}-{name}",
            command=("git-sync",),
            environ=variables,
            options=("--network", self.network, *LOCKED_DOWN),
        )


@pytest.fixture(scope="module")
def remote(image: str) -> Iterator[Remote]:
    network = f"airflow-fargate-git-{os.getpid()}"
    engine.docker("network", "create", network)
    launch = Launch(
        image=images.build("git"),
        name=f"{network}-host",
        environ={"AUTHORIZED_KEY": AUTHORIZED},
        options=("--no-healthcheck", "--network", network, "--network-alias", "git.example"),
    )
    host = engine.start(launch)
    try:
        host.wait_healthy()
        yield Remote(image=image, network=network, host=host)
    finally:
        # After a failed test the host may be disconnected from the network, so that remove_network misses it.
        host.remove()
        engine.remove_network(network)


def _eventually(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {TIMEOUT_SECONDS} s: {what}"
        time.sleep(0.3)


def _read(container: Container, file: str) -> str:
    return container.exec("cat", f"/opt/airflow/dags/current/{file}", check=False).stdout.strip()


@pytest.mark.feature("G1", "R4")
def test_git_sync_follows_every_commit_and_keeps_the_last_without_its_host(remote: Remote) -> None:
    remote.commit("one")
    sidecar = engine.start(remote.sidecar("follower", {}))
    _eventually("first commit", lambda: _read(sidecar, "dag.py") == "one")
    second = remote.commit("two")
    _eventually("second commit", lambda: _read(sidecar, "deep/er/file") == "two")
    assert sidecar.exec("readlink", "/opt/airflow/dags/current").stdout.strip().endswith(second)

    # A killed fetch leaves this lock behind.
    sidecar.exec("touch", "/opt/airflow/dags/.git-sync/shallow.lock")
    remote.commit("after a kill")
    _eventually("commit after a kill", lambda: _read(sidecar, "dag.py") == "after a kill")

    engine.docker("network", "disconnect", remote.network, remote.host.id)
    _eventually("error in the log", lambda: "git://git.example/dags.git main:" in sidecar.logs())
    assert _read(sidecar, "dag.py") == "after a kill"
    engine.docker("network", "connect", "--alias", "git.example", remote.network, remote.host.id)
    remote.commit("three")
    _eventually("third commit after the host came back", lambda: _read(sidecar, "dag.py") == "three")

    kept = sidecar.exec("ls", "/opt/airflow/dags/.git-sync/commits").stdout.split()
    assert len(kept) == 2
    assert sidecar.exec("python", "/opt/airflow-fargate/health.py").returncode == 0
    sidecar.stop(seconds=60)
    assert sidecar.state["ExitCode"] == 0


@pytest.mark.feature("G2")
def test_private_repository_requires_deploy_key_and_pinned_host_key(remote: Remote) -> None:
    commit = remote.commit("private")
    ssh = {"GITSYNC_REPO": "ssh://git@git.example/srv/git/dags.git", "GITSYNC_ONE_TIME": "true"}
    private = {**ssh, "GITSYNC_DEPLOY_KEY": DEPLOY_KEY, "GITSYNC_KNOWN_HOSTS": remote.known_hosts}
    done = engine.run(remote.sidecar("once", private))
    assert (done.returncode, done.stdout.strip()) == (0, f"git-sync: now on {commit}"), done.stderr

    other_host = f"git.example {_key_pair()[1]}"
    for environ, code, message in (
        (private | {"GITSYNC_KNOWN_HOSTS": other_host}, 1, "Host key verification failed"),
        (private | {"GITSYNC_DEPLOY_KEY": _key_pair()[0]}, 1, "Permission denied"),
        (private | {"GITSYNC_KNOWN_HOSTS": ""}, 2, "GITSYNC_KNOWN_HOSTS is missing. Fix"),
        (private | {"GITSYNC_REF": "nowhere"}, 1, "couldn't find remote ref nowhere"),
        (ssh, 2, "GITSYNC_DEPLOY_KEY is missing for ssh://git@git.example/srv/git/dags.git. Fix: "),
        (ssh | {"GITSYNC_REPO": "git@git.example:dags.git"}, 2, "GITSYNC_DEPLOY_KEY is missing"),
        ({"GITSYNC_REPO": ""}, 2, "GITSYNC_REPO is missing or empty"),
        ({"GITSYNC_PERIOD": "soon"}, 2, "GITSYNC_PERIOD: expected whole seconds"),
    ):
        done = engine.run(remote.sidecar("once", environ))
        assert done.returncode == code, message
        assert message in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert DEPLOY_KEY not in done.stderr


@pytest.mark.feature("G2")
def test_deploy_key_is_in_no_command_line_and_readable_by_its_owner_only(remote: Remote) -> None:
    environ = {
        "GITSYNC_REPO": "ssh://git@git.example/srv/git/dags.git",
        "GITSYNC_DEPLOY_KEY": DEPLOY_KEY,
        "GITSYNC_KNOWN_HOSTS": remote.known_hosts,
    }
    sidecar = engine.start(remote.sidecar("keyed", environ))
    _eventually("a commit", lambda: _read(sidecar, "dag.py") == "private")
    assert DEPLOY_KEY.splitlines()[1] not in engine.docker("top", sidecar.id, "-eo", "pid,args").stdout
    assert sidecar.exec("sh", "-c", "stat -c %a /tmp/git-sync-*/key").stdout.strip() == "600"
    sidecar.stop(seconds=60)
