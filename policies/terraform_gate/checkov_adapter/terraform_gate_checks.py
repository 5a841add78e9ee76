"""Registers every rule of the gate with checkov: ``checkov --external-checks-dir FOLDER_OF_THIS_FILE``.

checkov imports each file of the folder as a top-level module, so the folder holds this file alone, and this file makes
the package ``terraform_gate`` importable.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from terraform_gate.checkov_engine.rule_check import register_rules

register_rules()
