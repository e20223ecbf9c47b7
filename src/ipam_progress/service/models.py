"""Spyne models of the data contracts, by which Spyne knows what a service takes and gives.

Each model is derived from the contract's description when it is first asked for. No message passes
through them: service methods take and give the objects of `ipam_progress.contracts`, which
`ipam_progress.datacontract` reads and writes. Two things that Spyne's models cannot say are left
out: the attributes of shared references (``z:Id``, ``z:Ref``), and that flags are a list type: they
appear as a string whose pattern takes exactly these lists. So the schemas that are published are
made of the contracts, by `ipam_progress.service.metadata`. Knows nothing of octets and envelopes.
"""

from collections.abc import Mapping
from typing import Any, Final

from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    Member,
    Resolver,
    TypeName,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.namespaces import SCHEMA, SERIALIZATION
from ipam_progress.service._spyne import (
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
    Float,
    Integer8,
    Integer16,
    Integer32,
    Integer64,
    Unicode,
    UnsignedInteger8,
    UnsignedInteger16,
    UnsignedInteger32,
    UnsignedInteger64,
)

__all__ = ["Model", "ModelFactory"]

Model = type[Any]
"""A Spyne model, which is a class."""

_PRIMITIVES: Final[Mapping[str, Model]] = {
    "anyType": AnyDict,  # the one of Spyne's that it publishes as xs:anyType
    "anyURI": AnyUri,
    "base64Binary": ByteArray,
    "boolean": Boolean,
    "byte": Integer8,
    "dateTime": DateTime,
    "decimal": Decimal,
    "double": Double,
    "float": Float,
    "int": Integer32,
    "long": Integer64,
    "short": Integer16,
    "string": Unicode,
    "unsignedByte": UnsignedInteger8,
    "unsignedInt": UnsignedInteger32,
    "unsignedLong": UnsignedInteger64,
    "unsignedShort": UnsignedInteger16,
}
"""XML Schema's types."""

_SERIALIZATION_TYPES: Final[Mapping[str, Model]] = {
    "char": Integer32(ge=0, le=0xFFFF),
    "duration": Unicode(pattern=r"\-?P(\d*D)?(T(\d*H)?(\d*M)?(\d*(\.\d*)?S)?)?"),
    "guid": Unicode(pattern=r"[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}"),
}
"""DataContractSerializer's own types: restrictions, with the patterns of its schema."""


class ModelFactory:
    """Makes the models of a set of contracts, each once and when it is asked for."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._models: dict[TypeName, Model] = {}
        self._variants: dict[tuple[TypeName, bool, bool], Model] = {}

    def model_of(self, name: TypeName) -> Model:
        """Give the model of a type.

        Raises:
            LocalProtocolError: If there is no such type.
        """
        model = self._models.get(name)
        return self._build(name) if model is None else model

    def member_model(self, member: Member) -> Model:
        """Give the model of a member: its type's, and whether it must be there or can be nil."""
        key = (member.type, member.nillable, member.required)
        model = self._variants.get(key)
        if model is None:
            original = self.model_of(member.type)
            model = original.customize(
                nullable=member.nillable,
                min_occurs=int(member.required),
                type_name=original.get_type_name(),
            )
            model.__namespace__ = original.get_namespace()
            self._variants[key] = model
        return model

    def _build(self, name: TypeName) -> Model:
        if name.namespace == SCHEMA and name.name in _PRIMITIVES:
            return self._keep(name, _PRIMITIVES[name.name])
        if name.namespace == SERIALIZATION and name.name in _SERIALIZATION_TYPES:
            primitive = _SERIALIZATION_TYPES[name.name]
            return self._keep(name, primitive.customize(type_name=name.name), name.namespace)
        contract = self._resolver(name)
        match contract:
            case ClassContract() | ExceptionContract():
                return self._build_class(name, contract.base, contract.members)
            case EnumContract():
                return self._keep(name, _enumeration(contract), name.namespace)
            case CollectionContract():
                return self._build_collection(name, contract.item)
            case DictionaryContract():
                # an item has no name of its own in the schema: that of its element serves
                item = TypeName(name.namespace, contract.item_name)
                self._build_class(item, None, (contract.key, contract.value))
                return self._build_collection(name, Member(contract.item_name, item))
            case _:
                raise LocalProtocolError(f"no type {name.name} in the namespace {name.namespace}")

    def _build_class(
        self, name: TypeName, base: TypeName | None, members: tuple[Member, ...]
    ) -> Model:
        parent = None if base is None else self.model_of(base)
        attributes: dict[str, Any] = {"__namespace__": name.namespace, "__type_name__": name.name}
        if parent is not None:
            # said in words: Spyne finds no base by itself that has no members
            attributes["__extends__"] = parent
        model: Model = type(ComplexModel)(name.name, (parent or ComplexModel,), attributes)
        # its own list of variants, or its members would be appended to those of its base too
        model.Attributes._variants = None  # noqa: SLF001
        # known before it has members: types refer to each other in circles
        self._keep(name, model)
        for member in members:
            model.append_field(member.name, self.member_model(member))
        return model

    def _build_collection(self, name: TypeName, item: Member) -> Model:
        model = Array(self.member_model(item), member_name=item.name, type_name=name.name)
        return self._keep(name, model, name.namespace)

    def _keep(self, name: TypeName, model: Model, namespace: str | None = None) -> Model:
        if namespace is not None:
            model.__namespace__ = namespace
        self._models[name] = model
        return model


def _enumeration(contract: EnumContract) -> Model:
    name = contract.type.name
    if contract.flags:
        value = f"({'|'.join(contract.values)})"
        model: Model = Unicode(type_name=name, pattern=rf"({value}(\s{value})*)?")
    else:
        model = Enum(*contract.values, type_name=name)
    return model
