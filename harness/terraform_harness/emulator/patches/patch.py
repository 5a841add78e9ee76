"""The registry of patches: methods of moto that are missing or wrong, each with a replacement and a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException

Handler = Any  # a function or a property
PATCHES: dict[str, Patch] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A replacement for a method of moto.

    Attributes:
        name: ``<moto package>.<method>``, for instance ``elasticache.describe_cache_clusters``.
        reason: What the AWS provider does without the patch.
        owner: The class of moto.
        method: The name of the method or property.
        handler: The replacement.
    """

    name: str
    reason: str
    owner: type
    method: str
    handler: Handler

    def apply(self) -> None:
        """Replace the method."""
        setattr(self.owner, self.method, self.handler)


def patch(owner: type, *, reason: str, name: str = "") -> Callable[[Handler], Handler]:
    """Register the decorated function as a replacement for a method of ``owner``.

    Args:
        owner: A class of moto.
        reason: What the AWS provider does without the patch.
        name: The name of the method; the function's own name by default.
    """

    def register(handler: Handler) -> Handler:
        method = name or handler.__name__
        key = f"{owner.__module__.split('.')[1]}.{method}"
        if key in PATCHES:
            raise ValueError(f"{key} is patched twice")
        PATCHES[key] = Patch(name=key, reason=reason, owner=owner, method=method, handler=handler)
        return handler

    return register


def apply_all(*, without: Iterable[str] = ()) -> None:
    """Apply every patch, except those named in ``without`` (tests show what happens without a patch).

    Raises:
        ValueError: A name in ``without`` is unknown.
    """
    skipped = set(without)
    unknown = skipped - PATCHES.keys()
    if unknown:
        raise ValueError(f"unknown patches {sorted(unknown)}; known: {sorted(PATCHES)}")
    for name, registered in PATCHES.items():
        if name not in skipped:
            registered.apply()


def backend_data(backend: Any, name: str) -> dict[str, Any]:
    """Return a dictionary kept in a moto backend, so that a reset of the backend deletes it."""
    found: dict[str, Any] = backend.__dict__.setdefault(f"_harness_{name}", {})
    return found


def service_error(*, service: str, code: str, message: str) -> Exception:
    """Return an error response of ``service``; moto reads the service from the module of the exception's class."""
    kind = type(code, (ServiceException,), {"__module__": f"moto.{service}.exceptions"})
    error: Exception = kind(code, message)
    return error
