# count, for_each, dynamic blocks, splats, conditions: known values are evaluated, the others are unknown.
locals {
  names = ["webserver", "scheduler", "worker"]
  open  = { for name in local.names : name => 8080 if name != "worker" }
}

variable "vpc_id" {}

variable "ports" {
  type    = list(number)
  default = [8080, 8793]
}

resource "aws_security_group" "component" {
  count  = length(local.names)
  name   = local.names[count.index]
  vpc_id = var.vpc_id

  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_security_group_rule" "between" {
  for_each                 = local.open
  type                     = "ingress"
  from_port                = each.value
  to_port                  = each.value
  protocol                 = "tcp"
  security_group_id        = aws_security_group.component[0].id
  source_security_group_id = aws_security_group.component[*].id[1]
}

resource "aws_network_acl" "all" {
  vpc_id = var.vpc_id

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }

  ingress {
    rule_no    = 200
    action     = "deny"
    protocol   = "tcp"
    from_port  = 22
    to_port    = 22
    cidr_block = "0.0.0.0/0"
  }
}

resource "aws_ecs_task_definition" "component" {
  for_each              = toset(local.names)
  family                = each.key
  container_definitions = jsonencode([{ name = each.key, image = "apache/airflow:latest", privileged = true }])
}
