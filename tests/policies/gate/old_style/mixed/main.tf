# A module of the registry, a dynamic block, counted rules, arguments that later providers took away.
terraform {
  required_version = "~> 0.12"
}
provider "aws" {
  version = "~> 2.70"
  region  = var.region
}
variable "region" { default = "eu-central-1" }
variable "ports" { default = [22, 3306] }
module "vpc" {
  source = "terraform-aws-modules/vpc/aws"
  cidr   = "10.0.0.0/16"
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs-${var.region}"
  acl    = "public-read"
  versioning { enabled = false }
  lifecycle_rule {
    enabled = true
    expiration { days = 30 }
  }
}
resource "aws_security_group" "web" {
  vpc_id = module.vpc.vpc_id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  dynamic "egress" {
    for_each = var.ports
    content {
      from_port   = egress.value
      to_port     = egress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
resource "aws_security_group_rule" "more" {
  count             = length(var.ports)
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  from_port         = var.ports[count.index]
  to_port           = var.ports[count.index]
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}
resource "aws_iam_role_policy" "all" {
  role   = "worker"
  policy = <<POLICY
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
POLICY
}
resource "aws_eip" "nat" {
  for_each = toset(["a", "b"])
  vpc      = true
}
resource "aws_elasticache_replication_group" "broker" {
  replication_group_id          = "broker"
  replication_group_description = "old name of description"
  number_cache_clusters         = 2
  cluster_mode { num_node_groups = 1 }
}
