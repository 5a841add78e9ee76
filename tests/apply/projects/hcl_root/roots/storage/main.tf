terraform {
  cloud {
    organization = "example"
    workspaces { name = "storage" }
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region = "eu-west-3"
}

resource "aws_kms_key" "data" {
  description         = "data"
  enable_key_rotation = true
}

output "key_arn" {
  value = aws_kms_key.data.arn
}
