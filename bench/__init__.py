"""The benchmark: our server beside Microsoft's runtime, in one run, as ratios.

``python -m bench`` (or ``make bench``) prints one JSON object a line and exits 1 below a floor.
"""
