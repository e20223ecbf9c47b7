"""Measures ours and the peer in turn, prints a JSON line a figure, exits 1 below a floor."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ipam_progress.binaryxml import Decoder, Encoder

from .peers import PROBE, Security, Server, holding, our_server, peer_server, probe
from .securities import kerberos, ntlm, tls
from .stores import fill, seconds_to_start

ROUNDS = 3
STEPS = 10_000
HELD = 5_000
RECORDED = 100_000
CONVERSATION = Path(__file__).parent.parent / "tests/data/conversations/progress.json"

failures: list[str] = []


def report(
    figure: str,
    ours: float,
    peer: float | None = None,
    *,
    floor: float | None = None,
    at_most: float | None = None,
    beside: str = "peer",
) -> None:
    """Print one figure; ours over the peer's must reach the floor, or ours stay under a bound.

    What ours is compared with need not be the peer; `beside` then says what it is.
    """
    ratio = None if peer is None else round(ours / peer, 3)
    line: dict[str, object] = {
        "figure": figure,
        "ours": round(ours, 2),
        beside: None if peer is None else round(peer, 2),
        "ratio": ratio,
        "floor": floor,
    }
    if at_most is not None:
        line["at_most"] = at_most
    print(json.dumps(line), flush=True)
    if (floor is not None and (ratio is None or ratio < floor)) or (
        at_most is not None and ours > at_most
    ):
        failures.append(figure)


def in_turn(ours: Server, peer: Server, measure: Callable[[Server], float]) -> tuple[float, float]:
    """Measure both in turn and give the medians."""
    pairs = [(measure(ours), measure(peer)) for _ in range(ROUNDS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(
        pair[1] for pair in pairs
    )


def callbacks_a_second(server: Server) -> float:
    """One operation of many steps; every callback that was sent must have arrived."""
    end = probe(server, "progress", "CreateDhcpScope", "--quiet", "--timeout", "120")
    sent = 2 * STEPS + 3
    if end["callbacks"] != sent:
        raise SystemExit(f"{end['callbacks']} of {sent} callbacks arrived from {server.url}")
    return float(end["callbacks_per_second"])


def compare_servers() -> None:
    """The figures that come over the wire."""
    with our_server(1, STEPS) as ours, peer_server(1, STEPS) as peer:
        report("callbacks_per_second", *in_turn(ours, peer, callbacks_a_second), floor=0.5)
    with our_server() as ours, peer_server() as peer:
        for figure, key, arguments, floor in (
            ("calls_per_second", "calls_per_second", ("calls", "5000"), 0.3),
            ("sessions_per_second", "sessions_per_second", ("sessions", "300"), 0.3),
            (
                "reused_sessions_per_second",
                "sessions_per_second",
                ("sessions", "300", "reuse"),
                0.3,
            ),
        ):

            def measure(
                server: Server, key: str = key, arguments: tuple[str, ...] = arguments
            ) -> float:
                return float(probe(server, *arguments)[key])

            report(figure, *in_turn(ours, peer, measure), floor=floor)
    with our_server() as ours, peer_server() as peer:
        report(
            "kilobytes_per_held_session", held_kilobytes(ours), held_kilobytes(peer), at_most=30.0
        )


def compare_securities() -> None:
    """What protection costs: a handshake for each session, and every callback sealed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with kerberos(folder) as with_tickets:
            for security in (ntlm(folder), with_tickets, tls(folder)):
                if security is not None:
                    compare_security(security)


def compare_security(security: Security) -> None:
    """The figures of one security."""
    with our_server(1, STEPS, security) as ours, peer_server(1, STEPS, security) as peer:
        figures = in_turn(ours, peer, callbacks_a_second)
        report(f"{security.name}_callbacks_per_second", *figures, floor=0.3)
    with our_server(1, 1, security) as ours, peer_server(1, 1, security) as peer:
        figures = in_turn(ours, peer, handshakes_a_second)
        report(f"{security.name}_handshakes_per_second", *figures)


def handshakes_a_second(server: Server) -> float:
    """Sessions of a short operation, each with a connection and a handshake of its own."""
    return float(probe(server, "sessions", "200")["sessions_per_second"])


def held_kilobytes(server: Server) -> float:
    """What one held session adds to the memory of a server that has just had its first one."""
    probe(server, "progress", "CreateDhcpScope", "--quiet")
    before = server.resident_kilobytes()
    with holding(server, HELD):
        return (server.resident_kilobytes() - before) / HELD


def compare_stores() -> None:
    """What a store costs: ours beside ours, every callback sent (merging is off)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with our_server(1, STEPS, store=folder / "callbacks.db") as on, our_server(1, STEPS) as off:
            figures = in_turn(on, off, callbacks_a_second)
            report("stored_callbacks_per_second", *figures, floor=0.9, beside="without")
        with our_server(store=folder / "sessions.db") as on, our_server() as off:
            figures = in_turn(on, off, sessions_a_second)
            report("stored_sessions_per_second", *figures, beside="without")
        recorded, empty = folder / "recorded.db", folder / "empty.db"
        fill(recorded, RECORDED)
        fill(empty, 0)
        pairs = [(seconds_to_start(recorded), seconds_to_start(empty)) for _ in range(ROUNDS)]
        # as rates, for a floor: what is on record must not make the start take twice as long
        report(
            "starts_per_second_with_100000_operations",
            *(1 / statistics.median(seconds) for seconds in zip(*pairs, strict=True)),
            floor=0.5,
            beside="empty",
        )


def sessions_a_second(server: Server) -> float:
    """Sessions of a short operation, one after the other."""
    return float(probe(server, "sessions", "300")["sessions_per_second"])


def message_rates() -> None:
    """Decoding and encoding alone: the recorded server's messages, their tables included."""
    records = [
        record
        for connection in json.loads(CONVERSATION.read_text())["connections"]
        for record in connection
        if record["record"] == "SizedEnvelope" and record["from"] == "server"
    ]
    envelopes = [envelope_of(bytes.fromhex(record["bytes"])) for record in records]
    reader = Decoder()
    documents = [reader.decode(envelope) for envelope in envelopes]

    def decode() -> None:
        decoder = Decoder()
        for envelope in envelopes:
            decoder.decode(envelope)

    def encode() -> None:
        encoder = Encoder()
        for document in documents:
            encoder.encode(document)

    for figure, work in (("decoded_per_second", decode), ("encoded_per_second", encode)):
        work()
        started, rounds = time.perf_counter(), 0
        while time.perf_counter() - started < 1:
            work()
            rounds += 1
        report(figure, rounds * len(envelopes) / (time.perf_counter() - started))


def envelope_of(record: bytes) -> bytes:
    """The payload of a SizedEnvelope record."""
    start = 1
    while record[start] & 0x80:
        start += 1
    return record[start + 1 :]


def main() -> None:
    """Run everything."""
    if not PROBE.exists():
        raise SystemExit(f"{PROBE} is missing; set IPAM_SHARED to the folder that holds dotnet/")
    compare_servers()
    compare_securities()
    compare_stores()
    message_rates()
    if failures:
        print(f"below the floor: {', '.join(failures)}", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
