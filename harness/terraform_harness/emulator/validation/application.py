"""The WSGI application that validates a request before moto handles it."""

from __future__ import annotations

import gzip
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from terraform_harness.emulator.sessions.agents import AGENTS_PATH
from terraform_harness.emulator.sessions.agents import respond as connect_agent
from terraform_harness.emulator.validation import rules
from terraform_harness.emulator.validation.report import REPORT_PATH, ValidationReport
from terraform_harness.emulator.validation.requests import Call, MalformedCall, NotModelled, read, shapes_of
from terraform_harness.emulator.validation.scripted import ANSWERS_PATH, ScriptedAnswers
from terraform_harness.emulator.validation.violation import INVALID, MISSING, Violation, model_code

if TYPE_CHECKING:
    from terraform_harness.emulator.iam.access import AccessControl

MOTO_PATH = "/moto-api"


class ValidatingApplication:
    """Rejects what AWS rejects, and passes every other request on.

    Args:
        application: moto's application.
        account: The account of the emulator.
        quotas: The limits of the account.
        access: Decides whether each request is permitted; None permits every request.
    """

    def __init__(
        self, application: Any, *, account: str, quotas: Mapping[str, int | None], access: AccessControl | None = None
    ) -> None:
        self._application, self._account, self._quotas, self._access = application, account, quotas, access
        self._validated, self._services = 0, set[str]()
        self._rejected, self._not_validated, self._unknown = Counter[str](), Counter[str](), Counter[str]()
        self._scripted = ScriptedAnswers()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Handle a request."""
        path = environ.get("PATH_INFO", "")
        if path == REPORT_PATH:
            return _respond(start_response, 200, {"Content-Type": "application/json"}, self._report_body())
        if path == ANSWERS_PATH:
            self._scripted.add(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            return _respond(start_response, 200, {}, "")
        if path == AGENTS_PATH:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return _respond(start_response, *connect_agent(body, self._access))
        if self._access and path in self._access.paths:
            return _respond(start_response, *self._access.respond(path, environ))
        if not path.startswith(MOTO_PATH) and (response := self._rejection(environ)) is not None:
            return _respond(start_response, *response)
        handled: Iterable[bytes] = self._application(environ, start_response)
        return handled

    def report(self) -> ValidationReport:
        """Return the counts so far."""
        undecidable = {f"{s}:{n}": t for s in self._services for n, t in shapes_of(s).undecidable.items()}
        return ValidationReport(
            validated=self._validated,
            rejected=dict(self._rejected),
            not_validated=dict(self._not_validated),
            unknown_parameters=dict(self._unknown),
            undecidable_patterns=undecidable,
        )

    def _report_body(self) -> str:
        return json.dumps(self.report().document())

    def _rejection(self, environ: dict[str, Any]) -> tuple[int, Mapping[str, str], str] | None:
        from moto.core.request import Request

        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if environ.get("HTTP_CONTENT_ENCODING") == "gzip" and "/s3/" not in environ.get("HTTP_AUTHORIZATION", ""):
            body = gzip.decompress(body)  # the SDKs compress metrics; an object in S3 is stored as it is
        try:
            request = Request(environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
            call = read(request, body, account=self._account, quotas=self._quotas, unknown=self._note_unknown)
        except NotModelled as error:
            self._not_validated[str(error)] += 1
            return self._access.unmodelled(request) if self._access else None
        except MalformedCall as error:
            self._validated += 1
            return self._reject(error.call, error)
        self._validated += 1
        self._services.add(call.service)
        try:
            compare_with_model(call)
            if self._access:
                self._access.check(call, request)
            rules.apply(call)
        except Violation as violation:
            return self._reject(call, violation)
        scripted = self._scripted.take(call)
        return None if scripted is None else serialized(call, scripted)

    def _reject(self, call: Call, violation: Violation) -> tuple[int, Mapping[str, str], str]:
        self._rejected[f"{call.service}:{call.operation}: {violation.code}"] += 1
        return serialized(call, violation)

    def _note_unknown(self, name: str) -> None:
        self._unknown[name] += 1


def validating(application: Any, *, quotas: Mapping[str, int | None], iam: str = "") -> ValidatingApplication:
    """Return ``application`` (moto's) with validation, for the account of this process.

    Args:
        application: moto's application.
        quotas: The limits of the account.
        iam: ``enforce`` denies requests that are not permitted, ``record`` only records decisions; empty for neither.
    """
    from moto.core import DEFAULT_ACCOUNT_ID

    account = os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
    access = access_control(account, iam) if iam else None
    return ValidatingApplication(application, account=account, quotas=quotas, access=access)


def access_control(account: str, mode: str) -> AccessControl:
    """Return the access control of an account; it needs the packages of the extra ``iam``."""
    from terraform_harness.emulator.iam.access import AccessControl
    from terraform_harness.emulator.iam.authorizer import Authorizer

    return AccessControl(Authorizer(account=account, enforce=mode == "enforce"))


def compare_with_model(call: Call) -> None:
    """Compare the parameters with the operation's model.

    Raises:
        Violation: A parameter is missing, or a value is not allowed.
    """
    if (shape := call.model.input_shape) is None:
        return
    mismatches = shapes_of(call.service).mismatches(shape, call.parameters)
    if not mismatches:
        return
    kind = MISSING if any(mismatch.kind == MISSING for mismatch in mismatches) else INVALID
    noun = "error" if len(mismatches) == 1 else "errors"
    text = "; ".join(map(str, mismatches))
    raise Violation(
        model_code(call.service, call.protocol, kind), f"{len(mismatches)} validation {noun} detected: {text}"
    )


def serialized(call: Call, answer: Violation | Mapping[str, Any]) -> tuple[int, Mapping[str, str], str]:
    """Return status, headers and body of an error, or of the members of a result, in the protocol of the call."""
    import warnings

    from moto.core.serialize import get_serializer_class

    from terraform_harness.emulator.patches.patch import service_error

    content: Any = answer
    if isinstance(answer, Violation):
        content = service_error(service=call.service, code=answer.code, message=answer.message)
    serializer = get_serializer_class(call.service, call.protocol)(operation_model=call.model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # moto warns of a code that the model does not declare; AWS has many
        response = serializer.serialize(content)
    body, status = response["body"], answer.status if isinstance(answer, Violation) else 0
    return status or response["status_code"], response["headers"], body if isinstance(body, str) else body.decode()


def _respond(start_response: Any, status: int, headers: Mapping[str, str], body: str) -> list[bytes]:
    encoded = body.encode()
    lines = [(name, str(value)) for name, value in headers.items() if name.lower() != "content-length"]
    start_response(
        f"{status} {'OK' if status < 400 else 'Bad Request'}", [*lines, ("Content-Length", str(len(encoded)))]
    )
    return [encoded]
