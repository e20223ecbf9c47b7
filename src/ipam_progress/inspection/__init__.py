"""The inspector, sans-IO: what others said to each other over net.tcp, read by a third party.

    conversation.py  one connection: octets of both sides in, events out
    envelopes.py     the messages of one side
    events.py        what there is to tell

What it is to look like is not known here, and nothing is sent or enforced.
"""

from ipam_progress.inspection.conversation import Conversation, begins_session
from ipam_progress.inspection.events import (
    ConnectionFound,
    ConnectionsIgnored,
    DamageFound,
    EnvelopeRead,
    Event,
    HandshakeEnded,
    HandshakeMessageRead,
    Item,
    OctetsSkipped,
    ProtectedMessageRead,
    RecordRead,
    Side,
    SourceDamaged,
    StreamEnded,
)

__all__ = [
    "ConnectionFound",
    "ConnectionsIgnored",
    "Conversation",
    "DamageFound",
    "EnvelopeRead",
    "Event",
    "HandshakeEnded",
    "HandshakeMessageRead",
    "Item",
    "OctetsSkipped",
    "ProtectedMessageRead",
    "RecordRead",
    "Side",
    "SourceDamaged",
    "StreamEnded",
    "begins_session",
]
