"""Compares two versions of a configuration: which connections and permissions the new one opens or closes."""
