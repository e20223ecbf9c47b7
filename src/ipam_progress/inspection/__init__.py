"""The inspector, sans-IO: what others said to each other over net.tcp, read by a third party.

    conversation.py  one connection: octets of both sides in, events out
    envelopes.py     the messages of one side
    events.py        what there is to tell
    captured.py      many connections: what a source gives in, what is to be shown out
    sources.py       the forms in which there are recordings
    recording.py     the form that is our own
    packets.py       captures, down to the segments of TCP; tcp.py puts connections together

What it is to look like is not known here, and nothing is sent or enforced.
"""

from ipam_progress.inspection.captured import (
    Captured,
    OctetsCaptured,
    OctetsLost,
    StreamClosed,
    inspect,
)
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
from ipam_progress.inspection.recording import RecordingWriter
from ipam_progress.inspection.sources import read_source

__all__ = [
    "Captured",
    "ConnectionFound",
    "ConnectionsIgnored",
    "Conversation",
    "DamageFound",
    "EnvelopeRead",
    "Event",
    "HandshakeEnded",
    "HandshakeMessageRead",
    "Item",
    "OctetsCaptured",
    "OctetsLost",
    "OctetsSkipped",
    "ProtectedMessageRead",
    "RecordRead",
    "RecordingWriter",
    "Side",
    "SourceDamaged",
    "StreamClosed",
    "StreamEnded",
    "begins_session",
    "inspect",
    "read_source",
]
