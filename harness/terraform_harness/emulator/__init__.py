"""An AWS emulator (moto's server) that real Terraform and the real AWS provider apply to, without an account."""

from terraform_harness.emulator.emulator import Emulator
from terraform_harness.emulator.process import EmulatorError

__all__ = ["Emulator", "EmulatorError"]
