"""What must be there before Compose starts: images, secrets, certificates, a port, a volume, the file itself."""

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
from local.compose.errors import Refused
from local.compose.location import LOOPBACK, Place
from local.compose.parameters import write_private
from local.compose.project import Project
from local.compose.secrets import make_secrets
from local.containers import authority, images

USUAL_PORT = 8080
# Virtual-host addressing would put the bucket's name before the emulator's, which no resolver here knows.
AWS_CONFIG = "[default]\ns3 =\n  addressing_style = path\n"
RENEW_BEFORE = timedelta(days=7)
IMAGES = ("airflow", POSTGRES, REDIS, "emulator")

Say = Callable[[str], None]


def prepare(project: Project, *, stacks: Path, dags: Path | None, port: int | None, say: Say) -> Place:
    """Write everything that the Compose file refers to, and the file; ``dags`` None follows the Git repository.

    Raises Refused where something is wrong that only the user can change; nothing is written then.
    """
    found = tasks.read(project.environment, stacks=stacks)
    if dags:
        check_dags(dags)
    chosen = choose_port(project, port)
    localized = localize(found, base_url=f"http://{LOOPBACK}:{chosen}", mount_dags=dags is not None)
    make_secrets(project, localized)
    renew_authority(project)
    write_private(project.folder / "port", str(chosen))
    place = Place(
        project=project.name,
        folder=project.environment,
        data=project.volume,
        images=_build(say),
        port=chosen,
        dags=str(dags.resolve()) if dags else None,
    )
    project.write(document(localized, place=place))
    project.make_volume()
    return place


def _build(say: Say) -> dict[str, str]:
    built = {}
    for name in IMAGES:
        say(f"image {name}: building what has changed" + (" (minutes, the first time)" if name == "airflow" else ""))
        built[name] = images.build(name)
    return built


def check_dags(folder: Path) -> None:
    """Raise Refused unless the image's user can read the folder."""
    if not folder.is_dir():
        raise Refused(f"DAGS: there is no folder {folder}. Fix: make it, or name another: make up DAGS=folder")
    if sys.platform == "linux" and folder.stat().st_mode & 0o005 != 0o005:
        raise Refused(f"DAGS: {folder} is closed to the image's user (uid 50000). Fix: chmod o+rx {folder}")


def choose_port(project: Project, wanted: int | None) -> int:
    """The port asked for, else the one of last time, else 8080, else a free one; raises Refused when it is taken."""
    last = project.folder / "port"
    before = int(last.read_text()) if last.exists() else None
    ours = before if before and project.containers() else None
    if wanted:
        if wanted != ours and not _free(wanted):
            raise Refused(f"PORT: {wanted} of {LOOPBACK} is taken. Fix: name another, or none for a free one")
        return wanted
    if ours:
        return ours
    return next((port for port in (before, USUAL_PORT) if port and _free(port)), 0) or _any_free()


def _free(port: int) -> bool:
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
    """An authority that is good for another week, its certificate where containers find it, and boto3's settings."""
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
