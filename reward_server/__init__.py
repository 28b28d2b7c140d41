"""Rewards for completions on transit maps.

HTTP request -> wire model -> core records -> parse -> locate in the network -> score ->
breakdown -> wire model. In Python: ``Scorer(networks="DIR", profile="robust").score(items)``.
"""

from .core.tasks import ProfileError
from .networks.load import NetworkFileError
from .scorer import Scorer
from .wire.items import ItemsError

__all__ = ["ItemsError", "NetworkFileError", "ProfileError", "Scorer"]
