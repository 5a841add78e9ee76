"""The image's own code, imported from where the image copies it."""

import sys

from local.repository import ROOT

sys.path.insert(0, str(ROOT / "docker"))
