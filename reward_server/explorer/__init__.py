"""The page that shows a score: a question on its map, what an answer earns there, and why.

form -> (question, scorer) -> verdicts and bars -> map -> template. Nothing is stored.
"""
