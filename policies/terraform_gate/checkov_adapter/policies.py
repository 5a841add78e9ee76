"""Lets `checkov --external-checks-dir policies` find this package from any directory.

checkov puts the checks directory itself on `sys.path`, so inside it `import policies` finds this module; the path below
turns it into the package that the rules import from.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parent)]
