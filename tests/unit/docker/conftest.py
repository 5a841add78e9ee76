"""Makes the image's package ``airflow_fargate`` importable."""

import sys

from terraform_harness.tools import ROOT

sys.path.insert(0, str(ROOT / "docker"))
