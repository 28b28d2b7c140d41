"""ReasonMap's and ReasonMap-Plus' alone: their tasks, weights, metrics and published results.

``table`` says which tasks are theirs and what they weigh; the package around works for any task.
"""
