"""The registry of exportable modules that hold one construct each."""

from __future__ import annotations

from modules.export.component_modules import COMPONENT_MODULES
from modules.export.data_modules import DATA_MODULES
from modules.export.foundation_modules import FOUNDATION
from modules.export.monitoring_modules import MONITORING_MODULES
from modules.export.scaling_modules import SCALING_MODULES
from modules.export.service_modules import SERVICES

MODULES = (*FOUNDATION, *DATA_MODULES, *SERVICES, *COMPONENT_MODULES, *SCALING_MODULES, *MONITORING_MODULES)
