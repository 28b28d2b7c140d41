"""Rewards for completions on transit maps.

HTTP request -> wire model -> core records -> parse -> locate in the network -> score ->
breakdown -> wire model. In Python: ``Scorer(networks="DIR", profile="robust").score(items)``.
"""

from .core.profiles import ProfileError
from .networks.load import NetworkFileError
from .scorer import ItemsError, Scorer

__all__ = ["ItemsError", "NetworkFileError", "ProfileError", "Scorer"]
