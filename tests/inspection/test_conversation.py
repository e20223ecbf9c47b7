"""One connection, read by a third party: every recording, in every order, whole and damaged."""

import random

import pytest

from ipam_progress.binaryxml import END, Encoder, StartElement
from ipam_progress.framing import KnownEncoding
from ipam_progress.framing.records import (
    EndRecord,
    FaultRecord,
    KnownEncodingRecord,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    SizedEnvelopeRecord,
    UpgradeRequestRecord,
    UpgradeResponseRecord,
    VersionRecord,
    ViaRecord,
)
from ipam_progress.inspection import (
    Conversation,
    DamageFound,
    EnvelopeRead,
    HandshakeEnded,
    HandshakeMessageRead,
    OctetsSkipped,
    ProtectedMessageRead,
    RecordRead,
    Side,
    StreamEnded,
    begins_session,
)
from ipam_progress.inspection import conversation as conversation_module
from ipam_progress.namespaces import ADDRESSING, IPAM1, SOAP

from .conftest import knows

CLIENT, SERVER = Side
PASSWORD = "Secret.123"
PREAMBLE = (
    VersionRecord().serialize()
    + ModeRecord().serialize()
    + ViaRecord("net.tcp://server/").serialize()
    + KnownEncodingRecord(KnownEncoding.BINARY_SESSION).serialize()
)
ACK = PreambleAckRecord().serialize()
# a table without strings, and an element <a>
MESSAGE = b"\x00\x40\x01a\x01"
ENVELOPE = SizedEnvelopeRecord(MESSAGE).serialize()


def hold(chunks, *, accounts=None, cut=None):
    """Give all events of a conversation."""
    conversation = Conversation(7, accounts)
    events = []
    for side, octets in chunks:
        for piece in (octets,) if cut is None else cut(octets):
            events += conversation.receive(side, piece)
    return events + conversation.finish()


def one_by_one(octets):
    return [octets[place : place + 1] for place in range(len(octets))]


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def upgrade(protocol, handshake=b""):
    return PREAMBLE + UpgradeRequestRecord(protocol).serialize() + handshake


def handshake_message(number, payload):
    return bytes([number, 1, 0]) + len(payload).to_bytes(2, "big") + payload


def data(octets):
    return len(octets).to_bytes(4, "little") + octets


NAMES = (
    "abort", "all-operations", "initialize-twice", "null-parameters", "progress", "raw-bad-enum",
    "raw-over-quota", "start-task", "two-sessions", "ntlm-progress", "ntlm-two-sessions",
    "ntlm-sign", "ntlm-none", "ntlm-bad-password",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_pieces_and_the_order_of_the_sides_do_not_matter(conversations, name):
    chunks = conversations[name]
    whole = hold(chunks, accounts=knows(PASSWORD))
    assert not of(whole, DamageFound)
    if len(chunks) < 60:
        assert hold(chunks, accounts=knows(PASSWORD), cut=one_by_one) == whole
    for first in Side:
        ordered = sorted(chunks, key=lambda chunk, first=first: chunk[0] is not first)
        events = hold(ordered, accounts=knows(PASSWORD))
        for side in Side:
            expected = [event for event in whole if event.side is side]
            assert [event for event in events if event.side is side] == expected


@pytest.mark.parametrize(("name", "sessions"), [("ntlm-progress", 1), ("ntlm-two-sessions", 2)])
def test_sealed_sessions_are_opened_with_the_password(conversations, name, sessions):
    events = hold(conversations[name], accounts=knows(PASSWORD))
    ended = of(events, HandshakeEnded)
    assert [(end.account, end.protection, end.is_opened, end.reason) for end in ended] == [
        ("CONTOSO\\alice", "EncryptAndSign", True, "")
    ] * sessions
    plain = hold(conversations["progress" if sessions == 1 else "two-sessions"])
    actions = [event.message.action for event in of(events, EnvelopeRead)]
    assert sorted(actions) == sorted(event.message.action for event in of(plain, EnvelopeRead))
    assert not of(events, ProtectedMessageRead)
    ends = [event for event in of(events, RecordRead) if isinstance(event.record, EndRecord)]
    assert len(ends) == 2 * sessions


@pytest.mark.parametrize(
    ("accounts", "reason"),
    [
        (None, "the password of CONTOSO\\alice is not given"),
        (knows("Wrong"), "the password that is given is not the one that CONTOSO\\alice logged on"),
        (lambda _domain, _user: None, "no password is given for CONTOSO\\alice"),
    ],
)
def test_without_the_password_sealed_messages_are_counted(conversations, accounts, reason):
    events = hold(conversations["ntlm-two-sessions"], accounts=accounts)
    for end in of(events, HandshakeEnded):
        assert not end.is_opened
        assert end.reason.startswith(reason)
    # both sessions are followed all the same
    assert len(of(events, HandshakeEnded)) == 2
    assert len(of(events, ProtectedMessageRead)) == 40
    assert not of(events, DamageFound | EnvelopeRead | OctetsSkipped)


def test_a_refusal_is_told(conversations):
    events = hold(conversations["ntlm-sign"])
    assert of(events, HandshakeMessageRead)[-1].content == "TRUST_FAILURE, 0x000006FE"
    assert not of(events, HandshakeEnded | DamageFound)


def test_a_refusal_without_a_reason():
    refusal = handshake_message(0x15, b"")
    events = hold(
        [
            (CLIENT, upgrade("application/negotiate", handshake_message(0x16, b"?"))),
            (SERVER, UpgradeResponseRecord().serialize() + refusal + b"more"),
        ]
    )
    assert of(events, HandshakeMessageRead)[-1].content == "no reason given"
    (skipped,) = of(events, OctetsSkipped)
    assert (skipped.size, skipped.reason) == (4, "after the refusal")


def test_a_changed_sealed_message_is_damage(conversations):
    chunks = list(conversations["ntlm-progress"])
    place = next(n for n, (side, octets) in enumerate(chunks) if side is SERVER and n > 8)
    octets = bytearray(chunks[place][1])
    octets[-1] ^= 1
    chunks[place] = (SERVER, bytes(octets))
    events = hold(chunks, accounts=knows(PASSWORD))
    (damage,) = of(events, DamageFound)
    assert "signature of a message is wrong" in damage.reason
    assert damage.side is SERVER
    assert of(events, OctetsSkipped)[0].reason == "after the damage"
    # the other side is read to its end
    records = [event.record for event in of(events, RecordRead) if event.side is CLIENT]
    assert records[-1] == EndRecord()


def kerberos(*, client, server, first=b"\x60\x0bno ticket..."):
    return [
        (CLIENT, upgrade("application/negotiate", handshake_message(0x16, first))),
        (SERVER, UpgradeResponseRecord().serialize() + handshake_message(0x14, b"")),
        (CLIENT, client),
        (SERVER, server),
    ]


def test_what_is_not_ntlm_cannot_be_opened():
    events = hold(kerberos(client=data(b"x" * 60), server=data(b"y" * 70)))
    (end,) = of(events, HandshakeEnded)
    assert (end.is_opened, end.protection) == (False, "")
    assert "only NTLM can, by its password" in end.reason
    assert [event.size for event in of(events, ProtectedMessageRead)] == [60, 70]


def test_a_bare_stream_is_recognized_where_nothing_says_how_it_is_protected():
    plain = PreambleEndRecord().serialize() + ENVELOPE
    events = hold(kerberos(client=plain, server=ACK + ENVELOPE))
    assert len(of(events, EnvelopeRead)) == 2
    # as long as its octets are too few to tell, nothing is said
    events = hold(kerberos(client=PreambleEndRecord().serialize(), server=ACK))
    assert [event.record for event in events[-2:]] == [PreambleEndRecord(), PreambleAckRecord()]
    assert not of(events, DamageFound)


def test_a_later_session_behind_one_that_cannot_be_opened():
    later = PREAMBLE + PreambleEndRecord().serialize()
    events = hold(kerberos(client=data(b"x" * 60) + later, server=data(b"y" * 70) + ACK + ENVELOPE))
    assert of(events, RecordRead)[-1].side is SERVER
    assert of(events, EnvelopeRead)[0].side is SERVER
    assert not of(events, DamageFound)


def test_a_data_message_that_is_none():
    events = hold(kerberos(client=data(b"x" * 60) + b"\xff" * 8, server=b""))
    (damage,) = of(events, DamageFound)
    assert damage.reason == "a data message of 4294967295 octets"


def test_a_handshake_message_that_is_none():
    events = hold([(CLIENT, upgrade("application/negotiate", b"\x20\x01\x00\x00\x00rest"))])
    (damage,) = of(events, DamageFound)
    assert damage.reason == "no handshake message begins here"


def tls_record(number, size):
    return bytes([number, 3, 3]) + size.to_bytes(2, "big") + bytes(size)


def test_tls_is_counted_and_the_next_session_is_read():
    tls = tls_record(0x16, 40) + tls_record(0x17, 30)
    answer = UpgradeResponseRecord().serialize()
    chunks = [
        (CLIENT, upgrade("application/ssl-tls", tls) + upgrade("application/ssl-tls", tls)),
        (SERVER, answer + tls + answer + tls),
    ]
    for cut in (None, one_by_one):
        events = hold(chunks, cut=cut)
        names = [event.name for event in of(events, ProtectedMessageRead)]
        assert names == ["TLS Handshake", "TLS ApplicationData"] * 4
        assert len(of(events, RecordRead)) == 12
        assert not of(events, DamageFound)


@pytest.mark.parametrize("octets", [b"\x20\x03\x03\x00\x00", b"\x17\x03\x03\xff\xff"])
def test_a_tls_record_that_is_none(octets):
    (damage,) = of(hold([(CLIENT, upgrade("application/ssl-tls", octets))]), DamageFound)
    assert damage.reason == "no TLS record begins here"


def test_a_tls_record_that_breaks_off():
    events = hold([(CLIENT, upgrade("application/ssl-tls", tls_record(0x17, 9)[:-1]))])
    assert of(events, DamageFound)[0].reason == "the stream ends within a TLS record"


def test_an_unknown_upgrade_is_not_read():
    answer = UpgradeResponseRecord().serialize()
    events = hold([(CLIENT, upgrade("application/rot13", b"??")), (SERVER, answer + b"!!!")])
    assert [(event.side, event.size, event.reason) for event in of(events, OctetsSkipped)] == [
        (CLIENT, 2, "protected by application/rot13"),
        (SERVER, 3, "protected by application/rot13"),
    ]


def test_an_answer_to_an_upgrade_that_was_not_heard():
    events = hold([(SERVER, UpgradeResponseRecord().serialize() + b"!!!")])
    assert [event.reason for event in of(events, OctetsSkipped)] == ["protected by the upgrade"]


def test_a_message_knows_what_it_adds_to_the_table(conversations):
    for side in Side:
        size = 0
        for event in of(hold(conversations["progress"]), EnvelopeRead):
            if event.side is side:
                assert event.table_before == size
                size = event.table_after
        assert size > 10
    # a session begins with an empty table
    tables = [
        event.table_before
        for event in of(hold(conversations["two-sessions"]), EnvelopeRead)
        if event.side is CLIENT
    ]
    assert tables.count(0) == 2


def test_a_fault_is_told_with_its_detail(conversations):
    (fault,) = (
        event for event in of(hold(conversations["null-parameters"]), EnvelopeRead) if event.fault
    )
    assert fault.side is SERVER
    assert fault.fault.reason == "parameters missing"
    assert fault.fault_detail == (IPAM1, "IpamException")
    assert fault.body[1] == "Fault"


def test_a_fault_that_cannot_be_told_is_shown_as_xml_all_the_same():
    """An element where its reason has text: a message, and a fault of which nothing is said."""
    declared = (("s", SOAP), ("a", ADDRESSING))
    tokens = [
        StartElement("s", "Envelope", SOAP, declarations=declared),
        *(StartElement("s", "Header", SOAP), StartElement("a", "Action", ADDRESSING)),
        *("urn:x", END, END),
        *(StartElement("s", name, SOAP) for name in ("Body", "Fault", "Reason", "Text")),
        *(StartElement("", "what", ""), END, END, END, END, END, END),
    ]
    (event,) = hold([(SERVER, SizedEnvelopeRecord(Encoder().encode(tokens)).serialize())])
    assert event.message.is_fault
    assert event.fault is None
    assert (event.body, event.fault_detail) == ((SOAP, "Fault"), None)


def test_the_end_of_a_stream():
    conversation = Conversation()
    assert conversation.close(CLIENT, "FIN", 5.0) == [
        StreamEnded(connection=1, side=CLIENT, offset=0, time=5.0, how="FIN")
    ]
    conversation.receive(SERVER, ACK + ENVELOPE[:-2], 6.0)
    envelope, broken, damage, end = conversation.close(SERVER, "RST", 7.0)
    assert (envelope.size, envelope.missing) == (3, 2)
    assert broken.reason.startswith("in this message, ")
    assert damage.reason == "the stream ends within a SizedEnvelope record"
    assert (damage.offset, end.offset, end.time) == (6, 6, 7.0)
    assert conversation.finish() == []


def test_a_record_of_another_kind_that_breaks_off():
    events = hold([(CLIENT, PREAMBLE[:9])])
    assert events[-1].reason == "the stream ends within a Via record"


def test_octets_that_are_sealed_behind_the_end(conversations):
    conversation = Conversation(1, knows(PASSWORD))
    for side, octets in conversations["ntlm-progress"][:6]:
        conversation.receive(side, octets)
    state = conversation._sides[CLIENT]
    state.opener = lambda message: message
    end, skipped = conversation.receive(CLIENT, data(b"\x07more"))
    assert end.record == EndRecord()
    assert (skipped.size, skipped.reason) == (4, "sealed, and behind the End")
    assert skipped.offset == end.offset


def test_what_was_sealed_is_damaged_itself(conversations):
    conversation = Conversation(1, knows(PASSWORD))
    for side, octets in conversations["ntlm-progress"][:6]:
        conversation.receive(side, octets)
    conversation._sides[CLIENT].opener = lambda message: message
    (damage,) = conversation.receive(CLIENT, data(b"\x77what?"))
    assert damage.reason == "no record has the type 0x77"
    conversation.receive(CLIENT, b"more")
    assert [event.size for event in of(conversation.finish(), OctetsSkipped)] == [4]


def test_a_side_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(conversation_module, "ENVELOPE_LIMIT", 1000)
    octets = handshake_message(0x16, b"?") + bytes(1001)
    events = hold([(CLIENT, upgrade("application/negotiate", octets))])
    (skipped,) = of(events, OctetsSkipped)
    assert (skipped.size, skipped.reason) == (1001, "the server was not heard to answer")


# --- What is missing in the capture ---------------------------------------------------------------


def lossy(before, size, after, *, side=CLIENT):
    conversation = Conversation()
    events = conversation.receive(side, before)
    events += conversation.lose(side, size)
    for octets in after:
        events += conversation.receive(side, octets)
    return events + conversation.finish()


def test_octets_missing_within_an_envelope():
    beginning = PREAMBLE + PreambleEndRecord().serialize()
    whole = beginning + ENVELOPE + ENVELOPE
    for start in range(len(beginning) + 3, len(beginning) + 7):
        for end in range(start + 1, len(beginning) + 8):
            events = lossy(whole[:start], end - start, [whole[end:]])
            (damage,) = of(events, DamageFound)[-1:]
            assert f"{end - start} octets are missing in the capture" in damage.reason
            broken, sound = of(events, EnvelopeRead)
            assert (broken.missing, sound.missing) == (len(beginning) + 7 - start, 0)
            assert sound.offset == len(beginning) + 7


def test_more_missing_within_the_same_envelope():
    conversation = Conversation()
    conversation.receive(CLIENT, SizedEnvelopeRecord(bytes(50)).serialize()[:5])
    assert of(conversation.lose(CLIENT, 10), DamageFound)
    assert conversation.receive(CLIENT, bytes(10)) == []
    assert conversation.lose(CLIENT, 10) == []
    assert conversation.receive(CLIENT, bytes(17)) == []
    (event,) = conversation.receive(CLIENT, ENVELOPE)
    assert event.offset == 52
    assert conversation.lose(CLIENT, 100)[0].reason == "100 octets are missing here"
    assert conversation.lose(CLIENT, 100) == []


def test_missing_beyond_the_envelope_ends_a_side_until_the_next_session():
    conversation = Conversation()
    conversation.receive(CLIENT, SizedEnvelopeRecord(bytes(50)).serialize()[:5])
    conversation.lose(CLIENT, 10)
    (damage,) = conversation.lose(CLIENT, 100)
    assert damage.reason == "100 octets are missing here"
    assert conversation.receive(CLIENT, b"anything") == []
    assert conversation.receive(SERVER, b"\xff") != []
    assert conversation.receive(SERVER, ACK) == []  # no session has begun: it may be anything
    skipped, *records = conversation.receive(CLIENT, PREAMBLE)
    assert (skipped.size, skipped.offset, skipped.reason) == (8, 115, "after what is missing")
    assert len(records) == 4
    skipped, ack = conversation.receive(SERVER, ACK)
    assert skipped.size == 2
    assert ack.record == PreambleAckRecord()


def test_octets_missing_in_a_protected_stream():
    conversation = Conversation()
    for side, octets in kerberos(client=data(b"x" * 60), server=b""):
        conversation.receive(side, octets)
    (damage,) = conversation.lose(CLIENT, 3)
    assert damage.reason == "3 octets are missing here"
    assert conversation.receive(CLIENT, data(b"x" * 60)) == []
    assert conversation.finish()[0].reason == "after what is missing"


def test_a_damaged_side_goes_on_with_the_next_session():
    events = hold([(CLIENT, b"\x00\x01\x00\x77rest"), (CLIENT, PREAMBLE), (SERVER, ACK)])
    assert len(of(events, DamageFound)) == 1
    assert [event.size for event in of(events, OctetsSkipped)] == [5]
    assert len(of(events, RecordRead)) == 6


def test_what_begins_a_session():
    assert begins_session(PREAMBLE)
    assert begins_session(PREAMBLE[:4])
    assert not begins_session(PREAMBLE[:3])
    assert not begins_session(b"\x00\x01\x00\x01\x02\x03")


def test_a_framing_fault_is_a_record():
    (event,) = hold([(SERVER, FaultRecord("urn:fault").serialize())])
    assert event.record == FaultRecord("urn:fault")


def test_a_size_beyond_all_measure_is_damage_and_kept_nowhere():
    events = hold([(CLIENT, b"\x06\xff\xff\xff\xff\x07"), (CLIENT, bytes(1000))])
    assert "over the limit" in of(events, DamageFound)[0].reason
    assert of(events, OctetsSkipped)[0].size == 1006


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_is_an_event(conversations, seed):
    chance = random.Random(seed)
    chunks = list(conversations[chance.choice(NAMES)])[:80]
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(chunks))
        side, octets = chunks[place]
        damaged = bytearray(octets)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        chunks[place] = (side, bytes(damaged))
    conversation = Conversation(1, knows(PASSWORD))
    for side, octets in chunks:
        conversation.receive(side, octets)
        if chance.random() < 0.1:
            conversation.lose(side, chance.randint(1, 200))
    conversation.finish()
