"""A fake of HCP Terraform on loopback, over TLS, that runs Terraform on the configurations that it receives."""

from terraform_harness.extras import require_extra

require_extra("emulator", "cryptography", "flask", "werkzeug")
