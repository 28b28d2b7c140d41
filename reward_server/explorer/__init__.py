"""The page that shows a score: a question, what an answer earns there, and why.

form -> item -> outcome under each profile -> result and bars -> template. Nothing is stored. What
is special about questions on maps, such as the map, stands in ``transit/``.
"""
