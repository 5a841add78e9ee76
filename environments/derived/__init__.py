"""Values that are computed from an environment. A derived value reads the model and the facts, never a rule."""
