"""SOAP 1.2 with WS-Addressing 1.0, on the tokens and octets of `ipam_progress.binaryxml`.

    message.py  reading an envelope: headers, where the body begins
    writing.py  writing one as WCF does, kind by kind
    faults.py   faults: what they say, which ones there are, reading one

What is in a body is not known here.
"""

from ipam_progress.soap.faults import (
    MUST_UNDERSTAND,
    RECEIVER,
    SENDER,
    VERSION_MISMATCH,
    Fault,
    action_not_supported,
    deserialization_failed,
    headers_not_understood,
    internal_service_fault,
    read_fault,
)
from ipam_progress.soap.message import (
    OUR_ROLES,
    Message,
    QualifiedName,
    read_message,
    shorten,
    spell_name,
)
from ipam_progress.soap.writing import (
    begin_callback,
    begin_one_way,
    begin_reply,
    begin_request,
    end_message,
    write_fault,
)

__all__ = [
    "MUST_UNDERSTAND",
    "OUR_ROLES",
    "RECEIVER",
    "SENDER",
    "VERSION_MISMATCH",
    "Fault",
    "Message",
    "QualifiedName",
    "action_not_supported",
    "begin_callback",
    "begin_one_way",
    "begin_reply",
    "begin_request",
    "deserialization_failed",
    "end_message",
    "headers_not_understood",
    "internal_service_fault",
    "read_fault",
    "read_message",
    "shorten",
    "spell_name",
    "write_fault",
]
