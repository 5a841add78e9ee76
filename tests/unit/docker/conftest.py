"""Makes the image's package ``airflow_fargate`` importable, and prepares hypothesis before the tests are imported."""

import sys

from local.repository import ROOT
from tests import random_examples  # noqa: F401

sys.path.insert(0, str(ROOT / "docker"))
