"""The folder for ``checkov --external-checks-dir``: checkov loads a folder only when it is a package."""
