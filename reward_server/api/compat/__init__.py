"""The wire formats of trainers that call a reward over HTTP by themselves.

One file for each, thin over the same scorer, limits and errors as ``POST /score``. Such a trainer
sends a completion with the label of its dataset's row; here the label is the gold: an item of
``POST /score`` without its completion.
"""
