"""Builds git's environment for a private repository: ssh with a deploy key and pinned host keys."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from airflow_fargate.git_connection import lines
from airflow_fargate.startup_error import StartupError

# ssh://git@host/path and git@host:path
SSH = re.compile(r"(ssh://|[^/:]+@[^/:]+:)")
KEY_FIX = "Fix: set dags.deploy_key: true and write the key to the parameter git-deploy-key"


def ssh_environment(environ: Mapping[str, str], *, folder: Path) -> dict[str, str]:
    """Build git's environment; write deploy key and pinned host keys to ``folder`` where there is a key.

    Raises:
        StartupError: the address is an ssh address and there is no key, or there is a key without host keys.
    """
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    key = environ.get("GITSYNC_DEPLOY_KEY")
    if not key:
        if SSH.match(environ.get("GITSYNC_REPO", "")):
            raise StartupError(f"GITSYNC_DEPLOY_KEY is missing for {environ['GITSYNC_REPO']}. {KEY_FIX}")
        return quiet
    hosts = environ.get("GITSYNC_KNOWN_HOSTS")
    if not hosts:
        raise StartupError(
            "GITSYNC_KNOWN_HOSTS is missing. Fix: set it to the host keys that the operator of the git server publishes"
        )
    files = {"key": lines(key), "known_hosts": lines(hosts)}
    for name, text in files.items():
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    options = [
        f"UserKnownHostsFile={folder / 'known_hosts'}",
        "StrictHostKeyChecking=yes",
        "IdentitiesOnly=yes",
        "ConnectTimeout=15",
        "BatchMode=yes",
    ]
    words = ["ssh", "-i", str(folder / "key"), *(word for option in options for word in ("-o", option))]
    return {**quiet, "GIT_SSH_COMMAND": " ".join(words)}
