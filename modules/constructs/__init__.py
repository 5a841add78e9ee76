"""Constructs: one file defines one construct, which is also exported as one Terraform module.

The example in the docstring of each construct runs as a test. It uses these names:

* ``stack``: an empty :class:`modules.core.stack.Stack`; ``resource(address)``: the arguments of a resource in it;
* ``network``, ``flows``, ``roles``, ``platform``: shared references and settings of the environment ``prod``;
* ``key_arn``: ARN of a KMS key; ``secret(name)``: a reference to a SecureString;
* ``connections(name, port=...)``: a security group of another component.
"""
