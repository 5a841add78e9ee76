"""Makes the image's package ``airflow_fargate`` importable."""

import sys

from local.repository import ROOT

sys.path.insert(0, str(ROOT / "docker"))
