"""Top-level blocks of HCL are found, whatever comments and strings contain."""

from __future__ import annotations

from terraform_harness.terraform.hcl_blocks import blocks

TEXT = """
# resource "aws_vpc" "commented" {
/* resource "aws_vpc" "commented_too" { */
terraform {
  required_version = ">= 1.11"
  cloud {
    organization = "o"
  }
}
provider "aws" {
  alias  = "us" // the second
  region = "us-east-1"
  default_tags { tags = { a = "b # not a comment" } }
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs-${var.name}"
}
locals { a = 1 }
output "url" { value = aws_s3_bucket.logs.id }
"""


def test_blocks_are_found() -> None:
    found = list(blocks(TEXT))
    assert [(block.type, *block.labels) for block in found] == [
        ("terraform",),
        ("provider", "aws"),
        ("resource", "aws_s3_bucket", "logs"),
        ("locals",),
        ("output", "url"),
    ]
    assert found[0].backend == "cloud"
    assert (found[1].literal("alias"), found[1].literal("region")) == ("us", "us-east-1")
    assert found[2].literal("bucket") is None
    assert TEXT[found[2].start : found[2].end].startswith('resource "aws_s3_bucket" "logs" {')
    assert TEXT[found[2].start : found[2].end].endswith("}")
