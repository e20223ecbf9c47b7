"""The codecs of sessions, within the limits of a server or of a client."""

from collections.abc import Callable
from functools import partial

from ipam_progress.binaryxml import Quotas
from ipam_progress.limits import Limits
from ipam_progress.service.protocol import SessionCodec

__all__ = ["codec_factory"]


def codec_factory(limits: Limits) -> Callable[[], SessionCodec]:
    """Give what makes the codecs of sessions."""
    quotas = Quotas(
        max_depth=limits.element_depth,
        max_attributes=limits.attributes,
        max_string=limits.envelope,
    )
    return partial(SessionCodec.create, quotas, table_limit=limits.string_table)
