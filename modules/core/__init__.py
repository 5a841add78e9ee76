"""The grammar that constructs are written in."""
