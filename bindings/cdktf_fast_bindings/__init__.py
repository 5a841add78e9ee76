"""Loads the AWS bindings of CDKTF in a second instead of half a minute, with the same synthesized output.

Call ``install`` before the first import of a class of the bindings:

>>> import cdktf_fast_bindings
>>> cdktf_fast_bindings.install(submodules=["vpc"])
>>> cdktf_fast_bindings.loaded() is None
True
"""

from cdktf_fast_bindings.loading import install, loaded, prepare

__all__ = ["install", "loaded", "prepare"]
