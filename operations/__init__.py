"""Commands for a live environment: bootstrap, deploy, migrate, rotate secrets, hibernate, verify, destroy.

Names of AWS resources follow from the environment file; no module imports a construct. Every command can be run
again after an error or Ctrl-C: it checks what is already done and continues with the rest.
"""
