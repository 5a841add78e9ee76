"""Names the grants of the CI roles that no recorded run needs: ``python -m local.permissions RECORD...``.

A record is written by ``python -m local.demo ENVIRONMENT --record FILE``: the decisions of planning, applying, updating
and destroying an environment, each with the statement that allowed it. Without an action or a resource of a statement,
a recorded request is denied exactly if the statement allowed it by that action or resource.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from terraform_harness.emulator.iam import DecisionReport, Taken

from local.repository import ROOT

STACKS = ROOT / "cdktf.out" / "stacks"
REASONS: Mapping[str, str] = {
    "route53:CreateHostedZone": "AWS Cloud Map creates the zone of a private namespace with the caller's permissions",
    "route53:DeleteHostedZone": "AWS Cloud Map deletes the zone of a private namespace with the caller's permissions",
    "ecr:GetAuthorizationToken": "make push logs in to the image repository",
    "ecr:Initiate*": "make push uploads layers",
    "ecr:Upload*": "make push uploads layers",
    "ecr:Complete*": "make push uploads layers",
    "ecr:Batch*": "make push looks for layers that the repository has",
    "ecs:RunTask": "make migrate runs a one-off task",
    "ecs:StopTask": "an interrupted make migrate stops its task",
    "rds:Start*": "make wake starts the database",
    "rds:Stop*": "make hibernate stops the database",
    "rds:Register*": "database.proxy registers the database with the proxy",
    "rds:Deregister*": "database.proxy removes the database from the proxy",
    "kms:UpdateAlias": "an alias moves when its key is replaced",
    "kms:PutKeyPolicy": "a later version changes the policy of a key",
    "iam:UpdateAssumeRolePolicy": "a later version changes the trust of a role",
}
"""Action or resource -> why it is granted although no recorded run needs it."""


@dataclass(frozen=True, order=True)
class Grant:
    """An action or a resource of a statement.

    Attributes:
        policy: name of the policy.
        statement: position of the statement.
        pattern: the action or the resource, with wildcards.
        uses: number of recorded decisions that it allowed.
    """

    policy: str
    statement: int
    pattern: str
    uses: int


def grants(policies: Mapping[str, Any], taken: Sequence[Taken]) -> Iterator[Grant]:
    """Yield every action and every resource of the Allow statements of ``policies``, with its uses.

    Args:
        policies: documents by name.
        taken: the recorded decisions.
    """
    allowed = [item for item in taken if item.allowed]
    for name, document in policies.items():
        for index, statement in enumerate(document["Statement"]):
            if statement["Effect"] != "Allow":
                continue
            own = [item for item in allowed if (item.policy, item.statement) == (name, index)]
            for pattern in statement["Action"]:
                uses = sum(item.count for item in own if fnmatchcase(item.action.lower(), pattern.lower()))
                yield Grant(name, index, pattern, uses)
            for pattern in statement["Resource"]:
                if "${" not in pattern:  # a reference of Terraform: the state bucket and its key
                    yield Grant(name, index, pattern, sum(item.count for item in own if _matches(item, pattern)))


def _matches(item: Taken, pattern: str) -> bool:
    return fnmatchcase(item.resource, pattern) or item.resource == pattern


def ci_policies(account: str) -> dict[str, Any]:
    """The policies of the CI roles in the synthesized bootstrap stack of an account, without the boundary."""
    file = STACKS / f"bootstrap-{account}" / "cdk.tf.json"
    resources = json.loads(file.read_text(encoding="utf-8"))["resource"]
    kinds = ("aws_iam_role_policy", "aws_iam_policy")
    found = [item for kind in kinds for name, item in resources.get(kind, {}).items() if name != "ci_boundary"]
    return {item["name"]: json.loads(item["policy"]) for item in found}


def read(files: Sequence[Path]) -> tuple[str, list[Taken]]:
    """The account and the decisions of several records; accounts become that of the first one.

    Raises:
        ValueError: a file is not a record; the message names it and the fix.
    """
    reports = []
    for file in files:
        try:
            reports.append(DecisionReport.read(json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, KeyError) as error:
            fix = "Fix: write it with python -m local.demo dev --record FILE"
            raise ValueError(f"{file}: not a record of decisions ({type(error).__name__}). {fix}") from None
    accounts = [_account(report.taken) for report in reports]
    texts = [
        json.dumps(report.document()).replace(own, accounts[0]) for own, report in zip(accounts, reports, strict=True)
    ]
    return accounts[0], [item for text in texts for item in DecisionReport.read(json.loads(text)).taken]


def _account(taken: Sequence[Taken]) -> str:
    return next(item.principal.split(":")[4] for item in taken if item.principal.startswith("arn:"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the grants that nothing needs.

    Returns:
        0, 1 when a grant is neither needed nor explained, 2 when a record cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m local.permissions", description=__doc__)
    parser.add_argument("records", nargs="+", type=Path, metavar="RECORD")
    try:
        account, taken = read(parser.parse_args(arguments).records)
    except (ValueError, StopIteration) as error:
        print(error, file=sys.stderr)
        return 2
    every = list(grants(ci_policies(account), taken))
    unused = [item for item in every if not item.uses]
    for item in unused:
        reason = REASONS.get(item.pattern, "no recorded request needs it")
        print(f"{item.policy}: statement {item.statement}: {item.pattern}: {reason}")
    unexplained = [item for item in unused if item.pattern not in REASONS]
    print(f"{len(every)} grants, {len(unused)} not needed, {len(unexplained)} of them without a reason")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
