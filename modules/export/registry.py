"""The registry of exportable modules that hold one construct each."""

from __future__ import annotations

from modules.export.foundation_modules import FOUNDATION
from modules.export.service_modules import SERVICES

MODULES = (*FOUNDATION, *SERVICES)
