"""The versions that this package supports, and what still works with others."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from cdktf_fast_bindings.distribution import Distribution, jsii_imports_types_on_demand

JSII = ("1.142.0",)
# A version matches the beginning up to a dot: "25.8" allows 25.8.1. Every version of other packages is accepted; their
# archives are checked when they are copied.
SUPPORTED = {
    "cdktf": ("0.21",),
    "cdktn": ("0.24",),
    "cdktf_cdktf_provider_aws": ("20.1.0", "21.22.1"),
    "cdktn_provider_aws": ("25.8",),
}


def problem_of_jsii() -> str | None:
    """Return what the installed jsii lacks, if its start-up code is not the one that this package replaces."""
    installed = version("jsii")
    if installed in JSII:
        return None
    return f"jsii {installed} is not supported ({', '.join(JSII)}); Node starts more slowly (1 s more)"


def problem_of(distribution: Distribution) -> str | None:
    """Return why a provider package takes the ordinary import; None for supported versions."""
    core = distribution.core
    for name, installed in ((core, _version(core)), (distribution.package, distribution.version)):
        supported = SUPPORTED.get(name)
        if supported and not any(f"{installed}.".startswith(f"{allowed}.") for allowed in supported):
            return f"{name} {installed} is not supported ({', '.join(supported)}); using the ordinary import (10 s)"
    if not jsii_imports_types_on_demand():
        return f"jsii {version('jsii')} needs every submodule imported; using the ordinary import (10 s)"
    return None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"
