# As it was written for the provider's version 2: interpolation everywhere, rules inside the group, lists as strings.
provider "aws" {
  version = "~> 2.70"
  region  = "${var.region}"
}

variable "region" {
  default = "eu-west-1"
}

variable "office" {
  type    = "list"
  default = ["198.51.100.0/24"]
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_classiclink   = "false"
  enable_dns_hostnames = "true"

  tags {
    Name = "main"
  }
}

resource "aws_security_group" "bastion" {
  name   = "bastion"
  vpc_id = "${aws_vpc.main.id}"

  ingress {
    from_port   = "22"
    to_port     = "22"
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = "${var.office}"
  }

  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs-${var.region}"
  acl    = "public-read"

  versioning {
    enabled = true
  }

  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }
}

resource "aws_iam_role" "task" {
  name = "task"

  assume_role_policy = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
POLICY
}

resource "aws_iam_role_policy" "task" {
  role   = "${aws_iam_role.task.id}"
  policy = "${data.aws_iam_policy_document.everything.json}"
}

data "aws_iam_policy_document" "everything" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_elasticache_cluster" "broker" {
  cluster_id           = "broker"
  engine               = "redis"
  node_type            = "cache.t2.micro"
  num_cache_nodes      = 1
  parameter_group_name = "default.redis5.0"
}
