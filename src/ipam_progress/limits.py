"""What a peer can make us spend: octets, time and connections. Every one is a setting.

The defaults are WCF's where WCF has one (`MaxReceivedMessageSize` excepted: 64 KiB is too small for
the lists in these contracts). Lengths are octets, times seconds.
"""

from dataclasses import dataclass, fields

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a server or of a client.

    Attributes:
        envelope: The largest message that is read.
        string_table: What a session's string table may hold, in each direction ([MC-NBFSE]).
        element_depth: How deep the elements of a message may be nested.
        attributes: How many attributes an element may have, declarations included.
        preamble_timeout: For the preamble of a connection's first session, upgrade included.
        idle_timeout: For the next preamble on a connection whose session is over.
        receive_timeout: Without a message in either direction within a session.
        keepalive_interval: From one look at a session to the next: has the client sent something
            ([MS-IPAMM2] 3.1.5, 3.2.5)?
        keepalive_grace: So many looks in a row may find nothing; at the next one the server drops
            the session.
        tcp_keepalive: Until a connection to a machine that has gone is ended, while nobody sends;
            a client's also while it does.
        completion_timeout: For the client's End after its operation has completed.
        stop_timeout: For running handlers when the server stops.
        close_timeout: For a peer that was sent our End or a fault to take notice, and for one whose
            connection is being closed to read what was written last.
        drain: What is read and thrown away from a peer that was sent a fault.
        connections: At once, in all. Past it no more are accepted until one goes.
        connections_by_address: At once, from one address. One more is closed at once.
        connections_in_preamble: At once, before their session is open. Past it the one that has
            been silent for longest makes room for the newest.
        outbox: Callbacks of a session that may wait for the client to read.
        handler_threads: Handlers that may block at once; more wait for their turn.
    """

    envelope: int = 4 * 1024 * 1024
    string_table: int = 2048
    element_depth: int = 128
    attributes: int = 64
    preamble_timeout: float = 30.0
    idle_timeout: float = 120.0
    receive_timeout: float = 600.0
    keepalive_interval: float = 15.0
    keepalive_grace: int = 3
    tcp_keepalive: float = 120.0
    completion_timeout: float = 30.0
    stop_timeout: float = 10.0
    close_timeout: float = 10.0
    drain: int = 8 * 1024 * 1024
    connections: int = 16_384
    connections_by_address: int = 8_192
    connections_in_preamble: int = 1_024
    outbox: int = 1_024
    handler_threads: int = 64

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"the limit {field.name} must be more than 0")
