"""Binary XML: [MC-NBFX] records, the static dictionary of [MC-NBFS], the sessions of [MC-NBFSE].

`Decoder` turns messages into tokens, `Encoder` tokens or `Fragment`s with values into messages;
each is one direction of one session. `decode_document` and `encode_document` do without a session.
`ipam_progress.binaryxml.tree` has the way to and from lxml, for people and checks.
"""

from ipam_progress.binaryxml.fragments import (
    Fragment,
    Part,
    attribute,
    declare,
    dictionary_text,
    open_attribute,
    start,
    text,
)
from ipam_progress.binaryxml.reader import TABLE_LIMIT, Decoder, Quotas, decode_document
from ipam_progress.binaryxml.text_writer import (
    append_attribute_text,
    append_bool,
    append_bytes,
    append_datetime,
    append_decimal,
    append_float,
    append_int,
    append_list,
    append_single,
    append_string,
    append_text,
    append_timespan,
    append_unique_id,
    append_uuid,
)
from ipam_progress.binaryxml.tokens import (
    END,
    Attribute,
    Comment,
    DictionaryString,
    EndElement,
    Float32,
    QName,
    StartElement,
    Text,
    Token,
    UniqueId,
    text_of,
)
from ipam_progress.binaryxml.writer import Encoder, Octets, encode_document
from ipam_progress.binaryxml.xml_text import to_text

__all__ = [
    "END",
    "TABLE_LIMIT",
    "Attribute",
    "Comment",
    "Decoder",
    "DictionaryString",
    "Encoder",
    "EndElement",
    "Float32",
    "Fragment",
    "Octets",
    "Part",
    "QName",
    "Quotas",
    "StartElement",
    "Text",
    "Token",
    "UniqueId",
    "append_attribute_text",
    "append_bool",
    "append_bytes",
    "append_datetime",
    "append_decimal",
    "append_float",
    "append_int",
    "append_list",
    "append_single",
    "append_string",
    "append_text",
    "append_timespan",
    "append_unique_id",
    "append_uuid",
    "attribute",
    "declare",
    "decode_document",
    "dictionary_text",
    "encode_document",
    "open_attribute",
    "start",
    "text",
    "text_of",
    "to_text",
]
