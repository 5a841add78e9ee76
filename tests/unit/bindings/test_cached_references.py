"""Cached construct paths and tokens equal those of Node."""

from __future__ import annotations

import json

import cdktf
import pytest
from cdktf import App, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_fast_bindings.cached_references import path_of
from constructs import Construct


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(App(), "stack")


@pytest.mark.parametrize("id_", ["plain", "with space", "with/slash", "${TfToken[TOKEN.1]}"])
def test_cached_path_equals_the_path_of_node(stack: TerraformStack, id_: str) -> None:
    middle = Construct(stack, id_)
    leaf = Construct(middle, "leaf")
    assert [path_of(item) for item in (stack, middle, leaf)] == [item.node.path for item in (stack, middle, leaf)]


def outputs(stack: TerraformStack, **values: object) -> dict[str, str]:
    for name, value in values.items():
        TerraformOutput(stack, name, value=value)
    return {name: item["value"] for name, item in json.loads(cdktf.Testing.synth(stack))["output"].items()}


def test_repeated_reference_is_the_same(stack: TerraformStack) -> None:
    bucket = S3Bucket(stack, "bucket", bucket="first")
    before = bucket.arn
    assert bucket.arn == before
    bucket.bucket = "second"
    arn = "${aws_s3_bucket.bucket.arn}"
    assert outputs(stack, before=before, after=bucket.arn) == {"before": arn, "after": arn}


def test_changed_input_invalidates_the_cache(stack: TerraformStack) -> None:
    first, second = (S3Bucket(stack, name, bucket=name) for name in ("first", "second"))
    output = TerraformOutput(stack, "output", value=first.id)
    first.bucket_prefix = first.id
    before = output.value, first.bucket_prefix_input
    output.value = first.bucket_prefix = second.id
    assert (output.value, first.bucket_prefix_input) != before
    found = outputs(stack, value=output.value, prefix=first.bucket_prefix_input)
    assert set(found.values()) == {"${aws_s3_bucket.second.id}"}
