"""``python -m bench hcl-curve``: time and memory of the gate over a folder of 20, 100 and 200 HCL files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from bench.checking import gate

MANY, LONGEST_SECONDS = 200, 10.0
"""From so many files on, a run that takes longer is too slow."""
_COMMON = """\
terraform {
  required_version = ">= 1.11"
}

variable "environment" {
  type    = string
  default = "bench"
}

variable "ports" {
  type    = map(number)
  default = { web = 443, metrics = 9102 }
}

locals {
  prefix = "app-${var.environment}"
  tags   = merge({ environment = var.environment }, { team = "data" })
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 4, 0)
}

resource "aws_ecs_cluster" "main" {
  name = local.prefix
}
"""
_SERVICE = Template("""\
locals {
  name_$n = "$${local.prefix}-$n"
}

resource "aws_security_group" "s$n" {
  name        = local.name_$n
  description = "Service $n"
  vpc_id      = aws_vpc.main.id

  dynamic "egress" {
    for_each = var.ports
    content {
      description = egress.key
      from_port   = egress.value
      to_port     = egress.value
      protocol    = "tcp"
      cidr_blocks = [aws_vpc.main.cidr_block]
    }
  }
}

resource "aws_cloudwatch_log_group" "s$n" {
  for_each          = toset(["app", "audit"])
  name              = "/$${local.name_$n}/$${each.key}"
  retention_in_days = 400
  tags              = local.tags
}

data "aws_iam_policy_document" "s$n" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["$${aws_s3_bucket.s$n.arn}/*"]
  }
}

resource "aws_iam_role" "s$n" {
  name = local.name_$n
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "s$n" {
  role   = aws_iam_role.s$n.id
  policy = data.aws_iam_policy_document.s$n.json
}

resource "aws_s3_bucket" "s$n" {
  bucket = local.name_$n
}

resource "aws_ecs_task_definition" "s$n" {
  family                   = local.name_$n
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  task_role_arn            = aws_iam_role.s$n.arn
  container_definitions = jsonencode([{
    name        = "app"
    image       = "example@sha256:$digest"
    user        = "1000"
    environment = [for key, port in var.ports : { name = upper(key), value = tostring(port) }]
  }])
}

resource "aws_ecs_service" "s$n" {
  name            = local.name_$n
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.s$n.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.s$n.id]
  }
}
""")


def main(
    sizes: Annotated[list[int] | None, typer.Argument(help="Numbers of files. Default: 20 100 200.")] = None,
) -> None:
    """Run the gate over one folder for each number of files; exit 1 when 200 take longer than 10 seconds."""
    late = False
    print("| files | lines | time | for each file | memory |\n|---|---|---|---|---|", flush=True)
    for size in sizes or (20, 100, 200):
        with tempfile.TemporaryDirectory() as name:
            lines = write(size, Path(name))
            cost = gate(Path(name))
        late = late or (size >= MANY and cost.wall > LONGEST_SECONDS)
        each = 1000 * cost.wall / size
        print(f"| {size} | {lines:,} | {cost.wall:.1f} s | {each:.0f} ms | {cost.memory:.0f} MiB |", flush=True)
    if late:
        print(f"{MANY} files may take at most {LONGEST_SECONDS:.0f} s", flush=True)
        raise typer.Exit(1)


def write(size: int, folder: Path) -> int:
    """Write a root of ``size`` files: what all services share, and one file for each service; return its lines."""
    texts = {"main.tf": _COMMON}
    texts |= {f"service_{n}.tf": _SERVICE.substitute(n=n, digest="0" * 64) for n in range(1, size)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sum(text.count("\n") for text in texts.values())
