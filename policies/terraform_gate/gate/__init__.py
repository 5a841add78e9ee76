"""`python -m terraform_gate`: every rule over every resource, with three verdicts and no way to pass by not looking."""
