"""An embedded stand-in for AWS: real provider, real Terraform, no account."""

from terraform_harness.emulator.process import Emulator, EmulatorError

__all__ = ["Emulator", "EmulatorError"]
