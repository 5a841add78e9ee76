"""The modules we hand over: each one construct."""

from __future__ import annotations

from modules.export.catalogue_around import AROUND
from modules.export.catalogue_foundation import FOUNDATION

MODULES = (*FOUNDATION, *AROUND)
