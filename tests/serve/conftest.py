"""The toy city of the API's tests."""

from __future__ import annotations

from ..api.conftest import planning, toy

__all__ = ["planning", "toy"]
