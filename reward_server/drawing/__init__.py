"""A network and where its stations are -> a schematic map, as SVG.

layout (where the stations go) -> lanes (how the lines run) -> labels -> plan (all of it) -> svg.
"""
