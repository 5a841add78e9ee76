"""The modules we hand over: each one construct."""

from __future__ import annotations

from modules.export.registry_foundation import FOUNDATION
from modules.export.registry_services import AROUND

MODULES = (*FOUNDATION, *AROUND)
