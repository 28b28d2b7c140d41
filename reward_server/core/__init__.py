"""Scoring, pure: no file, clock, socket or global state.

To be read in this order:

evaluate   the whole path of one completion: task -> gold -> verdict -> breakdown
tasks      what a task and a profile are; the tables themselves stand in ``profiles/``
model      the records that one stage hands to the next
answer     where in a completion its answer stands: thinking, tags, end tokens
latex      text without what LaTeX says of its looks
values     a short text -> yes or no, a letter, a number
group      statistics of the rewards of one prompt
transit/   maps: names -> network; questions -> gold; answers -> claim -> rides -> verdict
"""
