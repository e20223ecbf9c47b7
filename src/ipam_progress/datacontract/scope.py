"""Which prefixes mean what at a place in a document, and which a writer takes next.

WCF's binary writer chooses prefixes in one fixed way, and the documents of DataContractSerializer
follow from it: an element takes the innermost prefix of its namespace, or else makes the namespace
the default one; a namespace that needs a prefix and has none gets the first free letter of the
alphabet. In a start tag attributes come first, declarations after them in the order in which they
were needed. Knows neither contracts nor values.
"""

from itertools import chain, count
from string import ascii_lowercase
from typing import Final, NamedTuple, Self

from ipam_progress.binaryxml import (
    DictionaryString,
    Fragment,
    Part,
    QName,
    attribute,
    declare,
    open_attribute,
    start,
)
from ipam_progress.contracts.model import TypeName
from ipam_progress.namespaces import ADDRESSING, INSTANCE, SERIALIZATION, SOAP

__all__ = ["MESSAGE", "Scope", "StartTag"]


class Scope(NamedTuple):
    """The prefixes that mean something at a place in a document.

    Attributes:
        bindings: Prefixes with their namespaces, in the order in which they were declared; an
            empty prefix is the default namespace.
    """

    bindings: tuple[tuple[str, str], ...] = ()

    def prefix_of(self, namespace: str) -> str | None:
        """Give the prefix of a namespace that was declared last; None if there is none."""
        for prefix, bound in reversed(self.bindings):
            if bound == namespace:
                return prefix
        return "" if not namespace and self.namespace_of("") is None else None

    def namespace_of(self, prefix: str) -> str | None:
        """Give the namespace that a prefix means; None if it means none."""
        return dict(self.bindings).get(prefix)

    def free_prefix(self) -> str:
        """Give the first letter that means nothing here."""
        taken = dict(self.bindings)
        names = chain(ascii_lowercase, (f"p{number}" for number in count(1)))
        return next(prefix for prefix in names if prefix not in taken)

    def binding(self, prefix: str, namespace: str) -> Self:
        """Give the scope inside an element that declares a prefix."""
        kept = tuple(pair for pair in self.bindings if pair[0] != prefix)
        return self._replace(bindings=(*kept, (prefix, namespace)))


MESSAGE: Final = Scope((("s", SOAP), ("a", ADDRESSING)))
"""What is declared where WCF writes a message's body, or a fault's detail."""


class StartTag:
    """A start tag in the making, which `finish` turns into fragments.

    Attributes:
        scope: What the prefixes mean inside the element, as far as it is written.
    """

    def __init__(self, scope: Scope, namespace: str, local_name: str) -> None:
        """Begin the start tag of an element within a scope."""
        self.scope = scope
        self._declarations: list[Part] = []
        self._fragments: list[Fragment] = []
        prefix = scope.prefix_of(namespace)
        if prefix is None:
            prefix = ""
            self.declare("", namespace)
        self._parts: list[Part] = [start(prefix, local_name)]

    def declare(self, prefix: str, namespace: str) -> None:
        """Declare a prefix, unless it means the namespace already."""
        if self.scope.namespace_of(prefix) != namespace:
            self.scope = self.scope.binding(prefix, namespace)
            self._declarations.append(declare(prefix, namespace))

    def prefix_for(self, namespace: str) -> str:
        """Give the prefix of a namespace, declaring one if it has none."""
        prefix = self.scope.prefix_of(namespace)
        if prefix is None:
            prefix = self.scope.free_prefix()
            self.declare(prefix, namespace)
        return prefix

    def nil(self) -> None:
        """Write i:nil."""
        self.declare("i", INSTANCE)
        self._parts.append(attribute("i", "nil", True))

    def type(self, name: TypeName) -> None:
        """Write i:type."""
        self.declare("i", INSTANCE)
        prefix = self.prefix_for(name.namespace)
        value = QName(prefix, name.name) if prefix else DictionaryString(name.name)
        self._parts.append(attribute("i", "type", value))

    def identifier(self, local_name: str) -> None:
        """Write z:Id or z:Ref, whose value is written by hand where one fragment ends."""
        self.declare("z", SERIALIZATION)
        self._parts.append(open_attribute("z", local_name))
        self._fragments.append(Fragment(*self._parts))
        self._parts = []

    def finish(self, *content: Part) -> tuple[Fragment, ...]:
        """Give the start tag, followed by constant content: a fragment, or two if it has a z:Id."""
        parts = [*self._parts, *self._declarations, *content]
        return (*self._fragments, Fragment(*parts))
