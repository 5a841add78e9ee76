"""Messages to jsii's program have the content that cattrs gives them, and its answers and errors arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cdktf import App, Fn, TerraformElement, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket, S3BucketLifecycleRule
from cdktf_fast_bindings.messages import _decoded, _default, _encoded
from jsii._kernel import types
from jsii._kernel.providers import process
from jsii.errors import JSIIError

REFERENCE = types.ObjRef(ref="cdktf.App@1")
INTERFACED = types.ObjRef(ref="Object@2", interfaces=["cdktf.IResolvable"])
ARGUMENTS = [REFERENCE, INTERFACED, "text", 1.5, None, True, {"$jsii.map": {"a": [REFERENCE]}}]
REQUESTS = (
    types.CreateRequest("cdktf.App", ARGUMENTS, [types.Override(method="m", cookie="c")], []),
    types.GetRequest(REFERENCE, "node"),
    types.SetRequest(REFERENCE, "bucket", {"$jsii.struct": {"fqn": "f", "data": {"b": INTERFACED}}}),
    types.InvokeRequest(REFERENCE, "synth", ARGUMENTS),
    types.StaticGetRequest("cdktf.Token", "ANY"),
    types.StaticInvokeRequest("cdktf.Fn", "join", ARGUMENTS),
    process._CompleteRequest(types.CompleteRequest("cb", None, ARGUMENTS)),
)


@pytest.fixture(scope="module")
def serializer() -> Any:
    """The converter of jsii."""
    node = process._NodeProcess()
    node.stop = lambda: None  # no program was started
    return node._serializer


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda item: type(item).__name__)
def test_message_equals_that_of_cattrs(request_: Any, serializer: Any) -> None:
    ours = json.loads(json.dumps(_encoded(request_), default=_default))
    assert ours == json.loads(json.dumps(serializer.unstructure(request_), default=process.jdefault))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (types.CreateResponse, {"$jsii.byref": "cdktf.App@1"}),
        (types.GetResponse, {"value": [{"$jsii.byref": "cdktf.App@1", "$jsii.interfaces": ["i"]}, {"$jsii.map": {}}]}),
        (types.InvokeResponse, {"result": "text"}),
        (types.InvokeResponse, {}),
        (types.SetResponse, {}),
    ],
)
def test_answer_equals_that_of_cattrs(kind: type, content: dict[str, Any], serializer: Any) -> None:
    message = json.loads(json.dumps({"ok": content}), object_hook=process.ohook)
    structured = serializer.structure(message, process._ProcessResponse)
    assert _decoded(message, kind) == serializer.structure(structured.ok, kind)


@pytest.mark.parametrize(
    "body",
    [
        {"invoke": {"objref": {"$jsii.byref": "A@1"}, "method": "m", "args": [{"$jsii.byref": "A@2"}, 1]}},
        {"get": {"objref": {"$jsii.byref": "A@1"}, "property": "p"}},
        {"set": {"objref": {"$jsii.byref": "A@1"}, "property": "p", "value": [1]}},
    ],
)
def test_callback_equals_that_of_cattrs(body: dict[str, Any], serializer: Any) -> None:
    text = json.dumps({"callback": {"cbid": "1", "cookie": "c", **body}})
    message = json.loads(text, object_hook=process.ohook)
    assert _decoded(message, types.GetResponse) == serializer.structure(message, process._ProcessResponse).callback


@pytest.mark.parametrize(
    ("name", "kind"), [("@jsii/kernel.Fault", JSIIError), ("@jsii/kernel.RuntimeError", RuntimeError)]
)
def test_error_of_javascript_is_raised_with_its_stack(name: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="no such thing") as error:
        _decoded({"error": "no such thing", "stack": "at line 1", "name": name}, types.GetResponse)
    assert "at line 1" in str(error.value.__cause__)


class Named(TerraformStack):  # type: ignore[misc]
    """A stack whose addresses are the ids of its constructs."""

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        return f"own_{element.node.id}"


class Renamed(Named):
    """A stack that overrides the same method again."""

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        return f"again_{super()._allocate_logical_id(element)}"


@pytest.mark.parametrize(("stack", "name"), [(Named, "own_bucket"), (Renamed, "again_own_bucket")])
def test_overridden_method_is_called_for_each_class(stack: Callable[..., Any], name: str) -> None:
    created = stack(App(), "stack")
    bucket = S3Bucket(created, "bucket", bucket="b", lifecycle_rule=[S3BucketLifecycleRule(id="old", enabled=True)])
    TerraformOutput(created, "joined", value=Fn.join("-", [bucket.bucket, "ü"]))
    document = created.to_terraform()
    assert document["resource"]["aws_s3_bucket"][name]["lifecycle_rule"] == [{"id": "old", "enabled": True}]
    assert f"aws_s3_bucket.{name}" in json.dumps(document["output"])


def test_error_of_an_overridden_method_reaches_the_caller() -> None:
    class Failing(TerraformStack):  # type: ignore[misc]
        def _allocate_logical_id(self, element: TerraformElement) -> str:
            raise ValueError(f"no address for {element.node.id}")

    stack = Failing(App(), "stack")
    S3Bucket(stack, "bucket", bucket="b")
    with pytest.raises(RuntimeError, match="no address for bucket"):
        stack.to_terraform()
