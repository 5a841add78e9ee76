"""``python -m bench scoreboard CORPORA``: recall and false alarms of the gate, checkov and trivy on public examples."""
