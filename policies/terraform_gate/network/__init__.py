"""The network model: would this connection open, do its replies return, and which rule decides.

The arithmetic (`ranges`, `addresses`, `services`) knows no AWS; `model` holds plain values; `security_groups`, `acls`
and `routing` answer for one hop; `walk` and `connect` follow a whole connection; `reach` asks about any two parties.
Nothing here reads Terraform: `terraform_gate.network.reading` makes a `Network` from a `Configuration`.
"""
