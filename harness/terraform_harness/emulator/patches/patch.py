"""What the emulator lacks, closed one gap at a time, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException

Handler = Any  # a function or a property
GAPS: dict[str, Gap] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A method of ``owner`` that moto has not, or has wrong, and why that matters."""

    name: str
    reason: str
    owner: type
    method: str
    handler: Handler

    def close(self) -> None:
        setattr(self.owner, self.method, self.handler)


def gap(owner: type, *, reason: str, name: str = "") -> Callable[[Handler], Handler]:
    """Register the decorated function as the method of ``owner`` called ``name`` (default: the function's own name).

    The gap's name is ``<moto package>.<method>``, for instance ``elasticache.describe_cache_clusters``.
    """

    def register(handler: Handler) -> Handler:
        method = name or handler.__name__
        key = f"{owner.__module__.split('.')[1]}.{method}"
        if key in GAPS:
            raise ValueError(f"gap {key} is closed twice")
        GAPS[key] = Gap(name=key, reason=reason, owner=owner, method=method, handler=handler)
        return handler

    return register


def close_all(*, but: Iterable[str] = ()) -> None:
    """Close every gap, except those named in ``but`` (a test shows what happens without them).

    Raises ValueError for an unknown name.
    """
    left_open = set(but)
    unknown = left_open - GAPS.keys()
    if unknown:
        raise ValueError(f"unknown gaps {sorted(unknown)}; known: {sorted(GAPS)}")
    for name, item in GAPS.items():
        if name not in left_open:
            item.close()


def shelf(backend: Any, name: str) -> dict[str, Any]:
    """A dictionary that lives and dies with a moto backend, so that a reset forgets it too."""
    found: dict[str, Any] = backend.__dict__.setdefault(f"_gap_{name}", {})
    return found


def refusal(*, service: str, code: str, message: str) -> Exception:
    """An error as the service ``service`` answers it; moto finds the service in the module of the exception's class."""
    kind = type(code, (ServiceException,), {"__module__": f"moto.{service}.exceptions"})
    error: Exception = kind(code, message)
    return error
