"""Errors of HCP Terraform as one message that says what failed and how to fix it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from pydantic import ValidationError
from pytfe.errors import AuthError, NotFound, RateLimited, ServerError, TFEError

from operations.errors import OperationError, PreconditionError

AGAIN = "Fix: run the command again later; https://status.hashicorp.com shows the state of app.terraform.io"


@contextmanager
def hcp_errors(host: str) -> Iterator[None]:
    """Turn errors of the client in the body into one message about ``host``."""
    try:
        yield
    except AuthError as error:
        raise PreconditionError(_rejected(host, error)) from None
    except NotFound as error:
        raise PreconditionError(
            f"{host}: {error}. Fix: use a token that may manage workspaces of the organization"
        ) from None
    except RateLimited:
        raise OperationError(f"{host} still answers 429, too many requests, after all retries. {AGAIN}") from None
    except ServerError as error:
        status = f"answers {error.status}: {error}" if error.status else f"does not answer: {error}"
        raise OperationError(f"{host} {status}, after all retries. {AGAIN}") from None
    except TFEError as error:
        raise OperationError(f"{host} rejects the request: {error}") from None
    except ValidationError as error:
        raise OperationError(f"{host} sent an answer that pytfe does not understand: {error.title}") from None
    except httpx.HTTPError as error:
        raise PreconditionError(unreachable(host, error)) from None


def _rejected(host: str, error: AuthError) -> str:
    if error.status == 403:
        return f"{host} denies this request: {error}. Fix: use a token of a team that manages workspaces"
    return f"{host} rejects the token: {error}. Fix: terraform login {host}"


def unreachable(host: str, error: httpx.HTTPError) -> str:
    """Why ``host`` cannot be reached, with the fix."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the certificate of {host} is not trusted: {cause.verify_message}. "
                "Fix: set SSL_CERT_FILE to a file with the certificate authority of the server"
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return f"{host} did not answer in time. Fix: check the network and HTTPS_PROXY, then run the command again"
    return f"{host} cannot be reached: {error}. Fix: check state.hostname, the network and HTTPS_PROXY"
