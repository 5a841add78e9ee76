"""``python -m bench gate-curve``: time and memory of the gate over 100, 1,000 and 10,000 resources."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.checking import gate

_COPY = 10
"""Resources of one copy of ``_resources``: groups, rules between them, topics with a policy, parameters."""


def main(
    sizes: Annotated[list[int] | None, typer.Argument(help="Numbers of resources. Default: 100 1000 10000.")] = None,
) -> None:
    """Run the gate over one root for each number of resources. A linear gate costs the same for each resource."""
    print("| resources | time | for each resource | memory |\n|---|---|---|---|", flush=True)
    for size in sizes or (100, 1_000, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            document(size, Path(folder) / "main.tf.json")
            cost = gate(Path(folder))
        print(
            f"| {size:,} | {cost.wall:.1f} s | {1000 * cost.wall / size:.1f} ms | {cost.memory:.0f} MiB |", flush=True
        )


def document(size: int, file: Path) -> None:
    """Write a root with ``size`` resources, rounded up to whole copies."""
    resources: dict[str, dict[str, Any]] = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}
    for number in range(-(-size // _COPY)):
        for kind, name, body in _resources(number):
            resources.setdefault(kind, {})[name] = body
    file.write_text(json.dumps({"resource": resources}), encoding="utf-8")


def _resources(number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    one, other = f"a{number}", f"b{number}"
    for name in (one, other):
        yield "aws_security_group", name, {"name": name, "description": name, "vpc_id": "${aws_vpc.main.id}"}
        yield "aws_ssm_parameter", name, {"name": f"/bench/{name}", "type": "String", "value": name}
        topic = f"${{aws_sns_topic.{name}.arn}}"
        yield "aws_sns_topic", name, {"name": name, "kms_master_key_id": "alias/bench"}
        statement = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        yield "aws_sns_topic_policy", name, {"arn": topic, "policy": policy}
    for direction, owner, peer in (("ingress", other, one), ("egress", one, other)):
        body = {
            "security_group_id": f"${{aws_security_group.{owner}.id}}",
            "referenced_security_group_id": f"${{aws_security_group.{peer}.id}}",
            "description": "Requests",
            "ip_protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
        }
        yield f"aws_vpc_security_group_{direction}_rule", one, body
