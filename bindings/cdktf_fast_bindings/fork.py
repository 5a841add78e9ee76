"""Runs a program that is written for cdktf on cdktn, its fork: ``CDK=cdktn`` in the environment."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

VARIABLE = "CDK"
_ALLOWED = ("cdktf", "cdktn")
_PROVIDER = "cdktf_cdktf_provider_"


def uses_cdktn() -> bool:
    """Tell whether the environment asks for cdktn.

    Raises:
        ValueError: The environment variable ``CDK`` has an unknown value.
    """
    value = os.environ.get(VARIABLE) or _ALLOWED[0]
    if value not in _ALLOWED:
        raise ValueError(f"{VARIABLE}: must be {' or '.join(_ALLOWED)}, got {value!r}. Fix: unset it")
    return value == "cdktn"


def in_use(name: str) -> str:
    """Return the name of a module in the library in use.

    With ``CDK=cdktn`` it is ``"cdktn_provider_aws.vpc"`` for ``"cdktf_cdktf_provider_aws.vpc"``.
    """
    if not uses_cdktn():
        return name
    root, dot, rest = name.partition(".")
    if root == "cdktf":
        return f"cdktn{dot}{rest}"
    return f"cdktn_provider_{name.removeprefix(_PROVIDER)}" if name.startswith(_PROVIDER) else name


def use_fork() -> None:
    """With ``CDK=cdktn``, make imports of cdktf and of its provider packages return the modules of cdktn.

    Raises:
        ValueError: ``CDK`` has an unknown value, or cdktn is not installed.
    """
    if not uses_cdktn() or any(isinstance(finder, _Fork) for finder in sys.meta_path):
        return
    if PathFinder.find_spec("cdktn") is None:
        raise ValueError(_missing("cdktn"))
    sys.meta_path.insert(0, _Fork())


def _missing(package: str) -> str:
    return f"{VARIABLE}=cdktn needs {package}, which is not installed. Fix: pip install {package}, or unset {VARIABLE}"


class _Fork(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return a specification that loads the module of cdktn; None for other modules."""
        name = in_use(fullname)
        return None if name == fullname else ModuleSpec(fullname, _Alias(name))


class _Alias(Loader):
    """Returns the module of cdktn itself, so that a thread that waits for the import never sees another module."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002
        """Import the module of cdktn."""
        try:
            module = importlib.import_module(self._name)
        except ModuleNotFoundError as error:
            if error.name != self._name.partition(".")[0]:
                raise
            raise ModuleNotFoundError(_missing(error.name.replace("_", "-")), name=error.name) from None
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Restore the specification, which Python replaced."""
        module.__spec__ = self._spec
