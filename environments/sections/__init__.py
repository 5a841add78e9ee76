"""Sections of an environment file, each a typed, frozen part of the model."""
