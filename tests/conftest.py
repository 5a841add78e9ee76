"""What every tier shares: the tier's marker, its time, and the fixtures of the harness."""

pytest_plugins = ("harness.tiers",)
