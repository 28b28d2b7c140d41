"""Cities that nobody has built, as many as wanted, with the statistics of real ones."""

from .make import synth

__all__ = ["synth"]
