"""The error that a request gets, with the error code that the service uses."""

from __future__ import annotations

from collections.abc import Mapping

MISSING, INVALID, MALFORMED = "missing", "invalid", "malformed"

# Error codes of requests that do not match the model; those of a service override those of the protocol.
# Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, "Common errors" of each service.
CODES: Mapping[str, Mapping[str, str]] = {
    "ec2": {MISSING: "MissingParameter", INVALID: "InvalidParameterValue", MALFORMED: "InvalidParameterValue"},
    "query": {MISSING: "ValidationError", INVALID: "ValidationError", MALFORMED: "MalformedInput"},
    "json": {MISSING: "ValidationException", INVALID: "ValidationException", MALFORMED: "SerializationException"},
    "rest-json": {MISSING: "ValidationException", INVALID: "ValidationException", MALFORMED: "SerializationException"},
    "rest-xml": {MISSING: "InvalidInput", INVALID: "InvalidInput", MALFORMED: "InvalidInput"},
}
SERVICE_CODES: Mapping[str, str] = {
    "budgets": "InvalidParameterException",
    "ecr": "InvalidParameterException",
    "ecs": "InvalidParameterException",
    "logs": "InvalidParameterException",
    "s3": "InvalidArgument",
    "servicediscovery": "InvalidInput",
    "sns": "InvalidParameter",
    "wafv2": "WAFInvalidParameterException",
}


class Violation(Exception):
    """A request that AWS rejects.

    Args:
        code: The error code of AWS, for instance ``RulesPerSecurityGroupLimitExceeded``.
        message: Names the parameter, its value and the limit.
        status: The HTTP status; 0 for the status that the service uses for the code.
    """

    def __init__(self, code: str, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def model_code(service: str, protocol: str, kind: str) -> str:
    """Return the error code for a request that does not match the model of ``service``."""
    if kind != MALFORMED and service in SERVICE_CODES:
        return SERVICE_CODES[service]
    return CODES[protocol][kind]
