"""How git reaches a private repository: by ssh, with a deploy key and pinned host keys."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from airflow_fargate.git_connection import lines
from airflow_fargate.startup_error import Refusal

# ssh://git@host/path and git@host:path
SSH = re.compile(r"(ssh://|[^/:]+@[^/:]+:)")
KEY_FIX = "Fix: dags.deploy_key: true, and the key in the parameter git-deploy-key"


def ssh_environment(environ: Mapping[str, str], *, folder: Path) -> dict[str, str]:
    """Git's environment: with the deploy key and the pinned host keys in ``folder`` where a key is given.

    Raises Refusal for ssh without a key, and for a key without host keys: a host that anybody can be is no protection.
    """
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    key = environ.get("GITSYNC_DEPLOY_KEY")
    if not key:
        if SSH.match(environ.get("GITSYNC_REPO", "")):
            raise Refusal(f"GITSYNC_DEPLOY_KEY is missing, and {environ['GITSYNC_REPO']} is reached by ssh. {KEY_FIX}")
        return quiet
    hosts = environ.get("GITSYNC_KNOWN_HOSTS")
    if not hosts:
        raise Refusal("GITSYNC_KNOWN_HOSTS is missing. Fix: pin the host's keys (ssh-keyscan HOST)")
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
