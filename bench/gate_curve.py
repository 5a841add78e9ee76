"""``python -m bench gate-curve``: time and memory of the gate over 100, 1,000 and 10,000 resources."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.checking import gate

_COPY = 20
"""Resources of one copy of ``_resources``."""
MANY, LONGEST_SECONDS = 10_000, 60.0
"""From so many resources on, a run that takes longer is too slow."""
_NETWORK = {
    "aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}},
    "aws_subnet": {"main": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.0.0/20"}},
    "aws_ecs_cluster": {"main": {"name": "bench"}},
}


def main(
    sizes: Annotated[list[int] | None, typer.Argument(help="Numbers of resources. Default: 100 1000 10000.")] = None,
) -> None:
    """Run the gate over one root for each number of resources; exit 1 when 10,000 take longer than a minute."""
    late = False
    print("| resources | time | for each resource | memory |\n|---|---|---|---|", flush=True)
    for size in sizes or (100, 1_000, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            document(size, Path(folder) / "main.tf.json")
            cost = gate(Path(folder))
        late = late or (size >= MANY and cost.wall > LONGEST_SECONDS)
        print(
            f"| {size:,} | {cost.wall:.1f} s | {1000 * cost.wall / size:.1f} ms | {cost.memory:.0f} MiB |", flush=True
        )
    if late:
        print(f"{MANY:,} resources may take at most {LONGEST_SECONDS:.0f} s", flush=True)
        raise typer.Exit(1)


def document(size: int, file: Path) -> None:
    """Write a root with ``size`` resources, rounded up to whole copies, and the network that they share."""
    resources: dict[str, dict[str, Any]] = {kind: dict(named) for kind, named in _NETWORK.items()}
    for number in range(-(-size // _COPY)):
        for kind, name, body in _resources(number):
            resources.setdefault(kind, {})[name] = body
    file.write_text(json.dumps({"resource": resources}), encoding="utf-8")


def _resources(number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Two groups with rules between them, topics with policies, parameters, and a service that writes to a bucket."""
    one, other = f"a{number}", f"b{number}"
    for name in (one, other):
        yield "aws_security_group", name, {"name": name, "description": name, "vpc_id": "${aws_vpc.main.id}"}
        yield "aws_ssm_parameter", name, {"name": f"/bench/{name}", "type": "String", "value": name}
        topic = f"${{aws_sns_topic.{name}.arn}}"
        yield "aws_sns_topic", name, {"name": name, "kms_master_key_id": "alias/bench"}
        statement = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic}
        yield "aws_sns_topic_policy", name, {"arn": topic, "policy": _policy(statement)}
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
    yield from _storage(one)
    yield from _service(one)


def _storage(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    bucket = f"${{aws_s3_bucket.{name}.arn}}"
    tls_only = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    yield "aws_s3_bucket", name, {"bucket": f"bench-{name}"}
    yield "aws_s3_bucket_policy", name, {"bucket": f"${{aws_s3_bucket.{name}.id}}", "policy": _policy(tls_only)}
    yield "aws_sqs_queue", name, {"name": name, "kms_master_key_id": "alias/bench"}
    yield "aws_ecr_repository", name, {"name": name, "image_tag_mutability": "IMMUTABLE"}
    yield "aws_cloudwatch_log_group", name, {"name": f"/bench/{name}", "retention_in_days": 400}


def _service(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    role, definition = f"${{aws_iam_role.{name}.arn}}", f"${{aws_ecs_task_definition.{name}.arn}}"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
    pass_role = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role}
    run = {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": definition}
    container = {"name": name, "image": f"bench@sha256:{'0' * 64}", "essential": True, "user": "50000"}
    yield "aws_iam_role", name, {"name": name, "assume_role_policy": _policy(trust)}
    yield "aws_iam_role_policy", name, {"role": f"${{aws_iam_role.{name}.id}}", "policy": _policy(pass_role, run)}
    task = {"family": name, "task_role_arn": role, "network_mode": "awsvpc", "requires_compatibilities": ["FARGATE"]}
    yield (
        "aws_ecs_task_definition",
        name,
        {**task, "cpu": "256", "memory": "512", "container_definitions": json.dumps([container])},
    )
    network = {"subnets": ["${aws_subnet.main.id}"], "security_groups": [f"${{aws_security_group.{name}.id}}"]}
    service = {"name": name, "cluster": "${aws_ecs_cluster.main.arn}", "task_definition": definition}
    yield "aws_ecs_service", name, {**service, "network_configuration": network}
    scaled = f"service/bench/${{aws_ecs_service.{name}.name}}"
    yield "aws_appautoscaling_target", name, {"resource_id": scaled, "service_namespace": "ecs"}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
