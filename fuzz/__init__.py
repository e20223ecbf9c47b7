"""Throws damaged handshakes, NTLM messages and data frames at both ends of the stream upgrades.

``python -m fuzz --rounds 100000 --seed 1`` runs until it is through, or until something else than
the declared error comes out; then it prints the octets that did it and exits 1.
"""
