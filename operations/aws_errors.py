"""AWS errors as one message that says which call failed, why, and how to fix it."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as AwsConnectionError

CREDENTIALS_FIX = "Fix: log in (aws sso login), or set AWS_PROFILE"
NETWORK_FIX = "Fix: check the network, HTTPS_PROXY and the region of the environment file, then run the command again"
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
INVALID = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"})
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "503",
    }
)
"""https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"""
NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)


def explain(error: ClientError | BotoCoreError, *, caller: str = "") -> str:
    """The message for ``error``: the API action, the reason of AWS and the fix.

    Args:
        caller: ARN of the credentials, which a denial names where the reason of AWS does not.
    """
    if isinstance(error, ClientError):
        return _explain_answer(error, caller)
    if isinstance(error, NO_CREDENTIALS):
        return f"no usable AWS credentials: {error}. {CREDENTIALS_FIX}"
    if is_network(error):
        return f"AWS cannot be reached: {error}. {NETWORK_FIX}"
    return f"AWS call failed: {error}"


def _explain_answer(error: ClientError, caller: str) -> str:
    code, action = code_of(error), error.operation_name
    reason = error.response["Error"].get("Message") or code
    if code in EXPIRED:
        return f"the AWS credentials have expired ({action}: {reason}). {CREDENTIALS_FIX}, then run the command again"
    if code in INVALID:
        region = "or enable the region of the environment file in the account"
        return f"AWS rejects the credentials ({action}: {reason}). {CREDENTIALS_FIX}, {region}"
    if code in DENIED:
        role = caller if caller and caller not in reason else "your role"
        return f"AWS denies {action}: {reason}. Fix: allow {role} this action, then run the command again"
    if code in THROTTLED:
        return f"AWS throttles {action} ({code}: {reason}). Fix: run the command again in a few minutes"
    return f"AWS rejects {action}: {code}: {reason}"


def code_of(error: ClientError) -> str:
    """The error code of AWS, for example ``AccessDeniedException``."""
    return str(error.response["Error"]["Code"])


def is_network(error: Exception) -> bool:
    """Whether the request did not reach AWS, or its answer did not arrive."""
    return isinstance(error, AwsConnectionError | HTTPClientError)


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed later without a fix: throttling or an interrupted connection."""
    return is_network(error) or (isinstance(error, ClientError) and code_of(error) in THROTTLED)
