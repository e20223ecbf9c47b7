"""Spyne, importable on every Python that we support: the one place that imports it.

Spyne 2.14 carries a copy of `six` whose import hook Python 3.12 no longer takes. Here the `six` of
PyPI stands in for it, with the one function that Spyne added to its copy, before Spyne is first
imported. (Spyne's SOAP also wants `cgi`, which Python 3.13 has no more: the distribution
legacy-cgi has it.) The rest of the room takes Spyne's names from here, so that nobody can import
them too early.
"""

import sys
import warnings
from importlib import import_module
from operator import attrgetter
from types import ModuleType
from typing import Final

import six

_MOVES: Final = (
    "moves",
    "moves.collections_abc",
    "moves.http_cookies",
    "moves.urllib",
    "moves.urllib.error",
    "moves.urllib.parse",
    "moves.urllib.request",
)
"""The submodules of its `six` that Spyne imports."""


def _stand_in_for_six() -> None:
    stand_in = ModuleType("spyne.util.six")
    stand_in.__dict__.update(
        vars(six), __name__="spyne.util.six", get_function_name=attrgetter("__name__")
    )
    sys.modules.setdefault("spyne.util.six", stand_in)
    for name in _MOVES:
        sys.modules.setdefault(f"spyne.util.six.{name}", import_module(f"six.{name}"))


_stand_in_for_six()

# what the room uses of Spyne; not before its six is in place
from spyne import (  # noqa: E402
    Application,
    MethodContext,
    MethodDescriptor,
    ProtocolContext,
    ServerBase,
    Service,
    TransportContext,
    rpc,
)
from spyne.model import (  # noqa: E402
    AnyDict,
    AnyUri,
    Array,
    Boolean,
    ByteArray,
    ComplexModel,
    DateTime,
    Decimal,
    Double,
    Enum,
    Fault,
    Float,
    Integer8,
    Integer16,
    Integer32,
    Integer64,
    ModelBase,
    Unicode,
    UnsignedInteger8,
    UnsignedInteger16,
    UnsignedInteger32,
    UnsignedInteger64,
)
from spyne.protocol import ProtocolBase  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports cgi, see above
    from spyne.protocol.soap import Soap12

__all__ = [
    "AnyDict",
    "AnyUri",
    "Application",
    "Array",
    "Boolean",
    "ByteArray",
    "ComplexModel",
    "DateTime",
    "Decimal",
    "Double",
    "Enum",
    "Fault",
    "Float",
    "Integer8",
    "Integer16",
    "Integer32",
    "Integer64",
    "MethodContext",
    "MethodDescriptor",
    "ModelBase",
    "ProtocolBase",
    "ProtocolContext",
    "ServerBase",
    "Service",
    "Soap12",
    "TransportContext",
    "Unicode",
    "UnsignedInteger8",
    "UnsignedInteger16",
    "UnsignedInteger32",
    "UnsignedInteger64",
    "rpc",
]
