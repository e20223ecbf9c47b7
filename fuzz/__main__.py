"""The harness: whole conversations between our own ends, damaged at one place each round."""

import argparse
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.negotiate import NegotiateClient, NegotiateServer
from ipam_progress.security.upgrade import StreamUpgrade

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PASSWORD = "correct horse"  # noqa: S105 (nobody's)
SERVER = NegotiateServer(accounts=Accounts({"alice": nt_hash(PASSWORD)}))
CLIENT = NegotiateClient("host/server", user="alice", password=PASSWORD)

Damage = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, octets: bytes) -> bytes:
    """Change a few bits, wherever they are: sizes, offsets, flags, signatures."""
    damaged = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut(chance: random.Random, octets: bytes) -> bytes:
    """Leave a part out."""
    start, end = sorted(chance.randrange(len(octets) + 1) for _ in range(2))
    return octets[:start] + octets[end:]


def insert(chance: random.Random, octets: bytes) -> bytes:
    """Put random octets in."""
    place = chance.randrange(len(octets) + 1)
    return octets[:place] + chance.randbytes(chance.randint(1, 40)) + octets[place:]


def extreme(chance: random.Random, octets: bytes) -> bytes:
    """Overwrite a field of two or four octets with a number at the edge of its range."""
    size = chance.choice((2, 4))
    place = chance.randrange(max(len(octets) - size, 1))
    number = chance.choice((0, 1, (1 << 8 * size) - 1, 1 << (8 * size - 1)))
    return octets[:place] + number.to_bytes(size, "little") + octets[place + size :]


DAMAGES: tuple[Damage, ...] = (flip, cut, insert, extreme)


def read(upgrade: StreamUpgrade) -> None:
    """Take every event there is."""
    while upgrade.next_event() is not None:
        pass


def conversation(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Hold a handshake and send some data, one direction damaged at one place.

    Yields:
        What is about to be read, and by whom, before it is.
    """
    client, server = CLIENT.new_upgrade(NOW), SERVER.new_upgrade(NOW)
    client.start()
    server.start()
    damaged_turn = chance.randrange(8)
    for turn in range(12):
        sender, receiver, name = (
            (client, server, "server") if turn % 2 == 0 else (server, client, "client")
        )
        octets = sender.data_to_send()
        if turn >= 4:
            sender.send_data(chance.randbytes(chance.randint(1, 300)))
            octets += sender.data_to_send()
        if turn == damaged_turn and octets:
            octets = chance.choice(DAMAGES)(chance, octets)
        yield name, octets
        receiver.receive_data(octets)
        read(receiver)


def main(arguments: list[str] | None = None) -> None:
    """Hold damaged conversations until there were enough."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    refused = stuck = 0
    for number in range(options.rounds):
        told: list[tuple[str, bytes]] = []
        try:
            told.extend(conversation(random.Random(f"{options.seed}/{number}")))
        except SecurityError:
            refused += 1
        except LocalProtocolError:
            stuck += 1  # an end whose handshake waits for what was lost was asked to send, by us
        except Exception:
            reader, octets = told[-1] if told else ("nobody", b"")
            print(f"round {number}: after the {reader} had been given {octets.hex()}")
            raise
    print(
        f"{options.rounds} conversations: {refused} refused, {stuck} stuck in the handshake,"
        f" {options.rounds - refused - stuck} unharmed; nothing else came out"
    )


if __name__ == "__main__":
    main()
