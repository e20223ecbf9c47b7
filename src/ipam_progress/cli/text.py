"""Makes what a peer or a file says fit to be printed: one line, and nothing a terminal obeys."""

__all__ = ["printable"]


def printable(text: str) -> str:
    r"""Give a text with escapes for all that is not printed, such as ``\n`` and ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
