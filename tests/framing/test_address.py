import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.framing import NetTcpAddress


@pytest.mark.parametrize(
    ("text", "address", "written"),
    [
        ("net.tcp://h:9100/A/b", NetTcpAddress("h", 9100, "/A/b"), "net.tcp://h:9100/A/b"),
        ("NET.TCP://Host", NetTcpAddress("host", 808, "/"), "net.tcp://host/"),
        ("net.tcp://h:808/x?q=1#f", NetTcpAddress("h", 808, "/x"), "net.tcp://h/x"),
        ("net.tcp://[::1]:0/", NetTcpAddress("::1", 0, "/"), "net.tcp://[::1]:0/"),
    ],
)
def test_an_address(text, address, written):
    assert NetTcpAddress.parse(text) == address
    assert str(address) == written
    assert NetTcpAddress.parse(written) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/x",
        "http://h/x",
        "net.tcp:/x",
        "net.tcp://",
        "net.tcp://:808/",
        "net.tcp://user@h/",
        "net.tcp://@h/",
        "net.tcp://h:99999/",
        "net.tcp://h:x/",
        "net.tcp://[::1/",
    ],
)
def test_no_address(text):
    with pytest.raises(ValueError, match=r".+"):
        NetTcpAddress.parse(text)


@given(st.text())
def test_any_text_gives_an_address_or_a_value_error(rest):
    for text in (rest, "net.tcp://" + rest):
        try:
            address = NetTcpAddress.parse(text)
        except ValueError:
            continue
        assert address.host
