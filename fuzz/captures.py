"""Shows damaged captures and recordings, in every rendering, with the password that opens them.

``python -m fuzz.captures --rounds 10000 --seed 1`` runs until it is through, or until an exception
comes out of the inspector; then it says which round it was, and ends with the traceback.
"""

import argparse
import io
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from fuzz.__main__ import DAMAGES
from ipam_progress.cli.renderings import (
    DiagramRendering,
    JsonRendering,
    Rendering,
    TextRendering,
)
from ipam_progress.inspection import DamageFound, SourceDamaged, inspect, read_source
from ipam_progress.security.accounts import Account, nt_hash

DATA = Path(__file__).parent.parent / "tests" / "data"
RECORDINGS = (
    DATA / "captures" / "none.pcap",
    DATA / "captures" / "ntlm.pcap",
    DATA / "conversations" / "progress.json",
    DATA / "conversations" / "ntlm-two-sessions.json",
)
PASSWORDS = {"LAB": "Secret-1", "CONTOSO": "Secret.123"}
HASHES = {domain: nt_hash(password) for domain, password in PASSWORDS.items()}


def account(domain: str, user: str) -> Account | None:
    """Find the account of a recording."""
    return Account(user, HASHES[domain]) if domain in HASHES else None


def damaged(chance: random.Random, octets: bytes) -> bytes:
    """Damage a recording at one place, or at a few."""
    for _ in range(chance.randint(1, 3)):
        octets = chance.choice(DAMAGES)(chance, octets) or b"\x00"
    return octets


def show(octets: bytes) -> bool:
    """Show a recording in every rendering; tell whether damage was found."""
    renderings: Sequence[Rendering] = (
        TextRendering(Console(file=io.StringIO()), with_xml=True),
        JsonRendering(io.StringIO()),
        DiagramRendering(io.StringIO()),
    )
    is_damaged = False
    for item in inspect(read_source(io.BytesIO(octets)), account):
        is_damaged |= isinstance(item, DamageFound | SourceDamaged)
        for rendering in renderings:
            rendering.show(item)
    for rendering in renderings:
        rendering.finish()
    return is_damaged


def main(arguments: list[str] | None = None) -> None:
    """Show damaged recordings until there were enough."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.captures", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    recordings = [path.read_bytes() for path in RECORDINGS]
    found: Counter[bool] = Counter()
    for number in range(options.rounds):
        chance = random.Random(f"{options.seed}/{number}")
        try:
            found[show(damaged(chance, chance.choice(recordings)))] += 1
        except Exception:
            print(f"round {number}:")
            raise
    print(
        f"{options.rounds} recordings: damage found in {found[True]}, {found[False]} could be read"
        " all the same; nothing else came out"
    )


if __name__ == "__main__":
    main()
