"""Application Auto Scaling: tags of scalable targets."""

from __future__ import annotations

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from terraform_harness.emulator.patches.patch import backend_data, patch

REASON = "the provider reads a scalable target's tags after creating it and retries an unknown action for many minutes"
_register = ApplicationAutoScalingResponse.register_scalable_target


def _tags(response: Any, arn: str) -> dict[str, str]:
    tags: dict[str, str] = backend_data(response.applicationautoscaling_backend, "tags").setdefault(arn, {})
    return tags


@patch(ApplicationAutoScalingResponse, reason="moto drops the tags of a scalable target, so the second plan adds them")
def register_scalable_target(self: Any) -> str:
    answer: str = _register(self)
    _tags(self, json.loads(answer)["ScalableTargetARN"]).update(self._get_param("Tags") or {})
    return answer


@patch(ApplicationAutoScalingResponse, reason=REASON)
def list_tags_for_resource(self: Any) -> str:
    return json.dumps({"Tags": _tags(self, self._get_param("ResourceARN"))})


@patch(ApplicationAutoScalingResponse, reason="a changed default tag updates the target in place")
def tag_resource(self: Any) -> str:
    _tags(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
    return "{}"


@patch(ApplicationAutoScalingResponse, reason="a removed default tag updates the target in place")
def untag_resource(self: Any) -> str:
    tags = _tags(self, self._get_param("ResourceARN"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"
