"""Measures: a value and the gold -> a number. Pure, and finite for whatever comes.

Similarities are in [0, 1], 1 for the gold itself, and symmetric unless they say otherwise. What
takes more than one look at each value draws its work from the budget.
"""
