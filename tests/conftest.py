"""What every tier shares: the tier's marker, its time, and the fixtures of the harness."""

import modules  # noqa: F401  prepares Node before a test imports cdktf by itself

pytest_plugins = ("terraform_harness.tiers",)
