"""`python -m terraform_gate`: evaluates every rule on every resource.

The verdicts are `pass`, `fail` and `unknown`. A value that cannot be evaluated gives `unknown`, never `pass`.
"""
