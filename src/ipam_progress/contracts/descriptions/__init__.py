"""How the contracts travel: names, order, nillability and reference semantics, as data.

One module beside each module of classes. `ipam_progress.contracts.registry` finds them by
name and by class.
"""
