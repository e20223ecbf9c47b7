"""The parameters of an operation as an XML document: what a record keeps of them.

The document is what DataContractSerializer would write for the object, as text. Knows no database.
"""

from typing import Final

from ipam_progress.binaryxml import Encoder, decode_document, encode_document, to_text
from ipam_progress.binaryxml.tree import from_text
from ipam_progress.contracts import IpamOperationWithProgressParameters
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract import Scope, read_object, write_object
from ipam_progress.namespaces import IPAM

__all__ = ["parameters_from_xml", "parameters_to_xml"]

_NAME: Final = TypeName(IPAM, "IpamOperationWithProgressParameters")
"""The element, and the type that it has where it says nothing else."""


def parameters_to_xml(parameters: IpamOperationWithProgressParameters) -> str:
    """Write the parameters of an operation as a document.

    Raises:
        SerializationError: If they hold a value that does not fit.
    """
    encoder = Encoder(table_limit=0)
    encoder.begin()
    write_object(encoder, _NAME, _NAME, parameters, Scope())
    return to_text(decode_document(encoder.finish()[1:]))


def parameters_from_xml(document: str) -> IpamOperationWithProgressParameters:
    """Read the parameters of an operation.

    Raises:
        BinaryXmlError: If it is no XML.
        DeserializationError: If it is no such document.
    """
    # by way of octets: what is text in XML, an integer say, is read from text there as well
    tokens = decode_document(encode_document(from_text(document)))
    found: IpamOperationWithProgressParameters = read_object(tokens, 0, _NAME, _NAME)
    return found
