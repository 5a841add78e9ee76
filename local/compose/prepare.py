"""Prepares a local run: images, secrets, certificates, a port, the database's volume and the Compose file."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from local.compose import tasks
from local.compose.backing_services import POSTGRES, REDIS
from local.compose.differences import localize
from local.compose.document import document
from local.compose.errors import PreconditionError
from local.compose.local_run import LOOPBACK, LocalRun
from local.compose.parameters import write_private
from local.compose.project import Project
from local.compose.secrets import make_secrets
from local.containers import authority, images

DEFAULT_PORT = 8080
# Virtual-host addressing would need a DNS name for each bucket.
AWS_CONFIG = "[default]\ns3 =\n  addressing_style = path\n"
RENEW_BEFORE = timedelta(days=7)
IMAGES = ("airflow", POSTGRES, REDIS, "emulator")

Report = Callable[[str], None]


def prepare(project: Project, *, stacks: Path, dags: Path | None, port: int | None, report: Report) -> LocalRun:
    """Write the Compose file and every file that it refers to, build the images and create the volume.

    Args:
        stacks: folder of the synthesized stacks.
        dags: folder of DAG files to mount; None to fetch DAG files from the environment's Git repository.
        port: loopback port of the UI; None to choose a free port.
        report: called with one line for each image.

    Raises:
        PreconditionError: an input must be corrected by the user. Nothing was written.
    """
    found = tasks.read(project.environment, stacks=stacks)
    if dags:
        check_dags(dags)
    chosen = choose_port(project, port)
    localized = localize(found, base_url=f"http://{LOOPBACK}:{chosen}", mount_dags=dags is not None)
    make_secrets(project, localized)
    renew_authority(project)
    write_private(project.folder / "port", str(chosen))
    local_run = LocalRun(
        project=project.name,
        folder=project.environment,
        data=project.volume,
        images=_build(report),
        port=chosen,
        dags=str(dags.resolve()) if dags else None,
    )
    project.write(document(localized, local_run=local_run))
    project.make_volume()
    return local_run


def _build(report: Report) -> dict[str, str]:
    built = {}
    for name in IMAGES:
        report(f"image {name}: building" + (" (minutes, the first time)" if name == "airflow" else ""))
        built[name] = images.build(name)
    return built


def check_dags(folder: Path) -> None:
    """Raise PreconditionError unless ``folder`` exists and the image's user can read it."""
    if not folder.is_dir():
        raise PreconditionError(
            f"DAGS: folder {folder} does not exist. Fix: create it, or choose another: make up DAGS=folder"
        )
    if sys.platform == "linux" and folder.stat().st_mode & 0o005 != 0o005:
        raise PreconditionError(f"DAGS: the image's user (uid 50000) cannot read {folder}. Fix: chmod o+rx {folder}")


def choose_port(project: Project, wanted: int | None) -> int:
    """Choose the loopback port of the UI: ``wanted``, else the port of the last run, else 8080, else any free port.

    Raises:
        PreconditionError: another process uses ``wanted``.
    """
    last = project.folder / "port"
    before = int(last.read_text()) if last.exists() else None
    current = before if before and project.containers() else None
    if wanted:
        if wanted != current and not _is_free(wanted):
            raise PreconditionError(
                f"PORT: {wanted} of {LOOPBACK} is taken. Fix: choose another, or omit PORT to use a free port"
            )
        return wanted
    if current:
        return current
    return next((port for port in (before, DEFAULT_PORT) if port and _is_free(port)), 0) or _any_free()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except (OSError, OverflowError):
            return False
        return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def renew_authority(project: Project) -> None:
    """Renew the authority a week before it expires, and write the files of the folder that every container mounts."""
    certificate = project.folder / "authority" / "ca.pem"
    if not certificate.exists() or _expires(certificate) < datetime.now(UTC) + RENEW_BEFORE:
        authority.make(certificate.parent)
    shared = project.folder / "shared"
    shared.mkdir(parents=True, exist_ok=True)
    for name, text in (("ca.pem", certificate.read_text()), ("aws.config", AWS_CONFIG)):
        (shared / name).write_text(text)
        (shared / name).chmod(0o644)
    shared.chmod(0o755)


def _expires(certificate: Path) -> datetime:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
