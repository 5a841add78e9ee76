"""Actions that moto does not implement: an error that the AWS provider does not retry."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, BaseResponse

from terraform_harness.emulator.patches.patch import patch, service_error

CODE = "NotEmulated"
_call = BaseResponse.call_action


@patch(BaseResponse, reason="moto answers an unknown action with 500, which the provider retries for ten minutes")
def call_action(self: Any) -> Any:
    try:
        return _call(self)
    except NotImplementedError as error:
        error_response = service_error(service=self.boto3_service_name, code=CODE, message=str(error))
        _, headers, body = self.serialized(ActionResult(error_response))
        return 400, headers, body
