"""Privilege escalation: the modules of iam-vulnerable, and the paths of pathfinding.cloud as policies of a role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.scoreboard.case import Case, Corpus, CorpusError, Source

ESCALATION = "escalation"
"""The check of both corpora in the mapping file."""
_ACCOUNT = "arn:aws:iam::111122223333:root"
_VARIABLES = "".join(
    f'variable "{name}" {{ default = "{_ACCOUNT}" }}\n' for name in ("aws_assume_role_arn", "aws_root_user")
)
"""The input variables of the modules, with the account itself as the principal that may assume the roles."""


def vulnerable_cases(root: Path) -> Iterator[Case]:
    """Yield one case for each file: ``fp`` files are good, all others escalate. A label is about the whole file."""
    for folder in ("privesc-paths", "tool-testing"):
        for file in sorted((root / "modules/free-resources" / folder).glob("*.tf")):
            text = file.read_text(encoding="utf-8")
            if "aws_iam_policy" in text or "assume_role_policy" in text:
                source = Source(file.stem, files=(("main.tf", _VARIABLES + text),))
                yield Case("iam-vulnerable", source, ESCALATION, "", not file.name.startswith("fp"))


def path_cases(root: Path) -> Iterator[Case]:
    """Yield one case for each path: a role that trusts the account and has the required permissions on ``*``."""
    for file in sorted((root / "data/paths").glob("*/*.yaml")):
        path = yaml.safe_load(file.read_text(encoding="utf-8"))
        try:
            actions = [item["permission"] for item in path["permissions"]["required"]]
        except (KeyError, TypeError) as error:
            raise CorpusError(
                f"{file}: permissions.required[].permission expected. Fix: check out its main branch"
            ) from error
        source = Source(file.stem, files=(("main.tf.json", json.dumps(_role(actions))),))
        yield Case("pathfinding.cloud", source, ESCALATION, "", is_bad=True)


def _role(actions: list[str]) -> dict[str, object]:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": _ACCOUNT}}
    role = {"name": "start", "assume_role_policy": _document(trust)}
    policy = {
        "role": "${aws_iam_role.start.id}",
        "policy": _document({"Effect": "Allow", "Action": actions, "Resource": "*"}),
    }
    return {"resource": {"aws_iam_role": {"start": role}, "aws_iam_role_policy": {"path": policy}}}


def _document(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


VULNERABLE = Corpus("iam-vulnerable", "modules/free-resources/privesc-paths", vulnerable_cases)
PATHS = Corpus("pathfinding.cloud", "data/paths/iam", path_cases)
