"""How the contracts travel: names, order, nillability and reference semantics, as data.

One module beside each module of classes, one for lists, one for enumerations, one for messages.
`ipam_progress.contracts.registry` finds what they hold by name and by class.
"""
