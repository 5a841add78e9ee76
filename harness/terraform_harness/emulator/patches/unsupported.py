"""An action that moto does not know is refused at once."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, BaseResponse

from terraform_harness.emulator.patches.patch import gap, refusal

CODE = "EmulatorGap"
_call = BaseResponse.call_action


@gap(BaseResponse, reason="moto answers an unknown action with 500, which the provider retries for ten minutes")
def call_action(self: Any) -> Any:
    try:
        return _call(self)
    except NotImplementedError as error:
        answer = refusal(service=self.boto3_service_name, code=CODE, message=str(error))
        _, headers, body = self.serialized(ActionResult(answer))
        return 400, headers, body
