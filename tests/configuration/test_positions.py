"""The lines of keys: by example, and against documents written in every style by chance."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.configuration.positions import lines_of_keys, spell_key

EXAMPLE = '''\
# a comment with [brackets] and = signs
title = "one"
a.b . "c d" = 1  # dotted

[[listeners]]
endpoint = 'x # no comment'
members = [1, # ] no end
  "a,]", """
several "" lines
""", {m = 1, n.o = [[2],
 3]},
]
[listeners.sub]
when = 1979-05-27 07:32:00
[[listeners]]
[[listeners.inner]]
text = \'\'\'
[no.table]
key = "no key"\'\'\'\'\'
last = true
["quoted \\u00e9".'x.y']
z = {}
e = []'''


def test_each_key_has_the_line_it_begins_in():
    assert lines_of_keys(EXAMPLE) == {
        ("title",): 2,
        ("a",): 3,
        ("a", "b"): 3,
        ("a", "b", "c d"): 3,
        ("listeners",): 5,
        ("listeners", 0): 5,
        ("listeners", 0, "endpoint"): 6,
        ("listeners", 0, "members"): 7,
        ("listeners", 0, "members", 0): 7,
        ("listeners", 0, "members", 1): 8,
        ("listeners", 0, "members", 2): 8,
        ("listeners", 0, "members", 3): 10,
        ("listeners", 0, "members", 3, "m"): 10,
        ("listeners", 0, "members", 3, "n"): 10,
        ("listeners", 0, "members", 3, "n", "o"): 10,
        ("listeners", 0, "members", 3, "n", "o", 0): 10,
        ("listeners", 0, "members", 3, "n", "o", 0, 0): 10,
        ("listeners", 0, "members", 3, "n", "o", 1): 11,
        ("listeners", 0, "sub"): 13,
        ("listeners", 0, "sub", "when"): 14,
        ("listeners", 1): 15,
        ("listeners", 1, "inner"): 16,
        ("listeners", 1, "inner", 0): 16,
        ("listeners", 1, "inner", 0, "text"): 17,
        ("listeners", 1, "inner", 0, "last"): 20,
        ("quoted é",): 21,
        ("quoted é", "x.y"): 21,
        ("quoted é", "x.y", "z"): 22,
        ("quoted é", "x.y", "e"): 23,
    }


def test_lines_end_as_windows_ends_them_too():
    assert lines_of_keys("a = 1\r\n[b]\r\nc = '''\r\n'''\r\nd = 2\r\n") == {
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "d"): 5,
    }


@pytest.mark.parametrize(
    ("key", "spelled"),
    [
        (("listeners", 0, "endpoint"), "listeners[0].endpoint"),
        (("groups", "IPAM Users", 2), 'groups."IPAM Users"[2]'),
        (("tls", "identities", r"CN=a\,b"), r"tls.identities.'CN=a\,b'"),
        (("tls", "identities", "it's \\"), 'tls.identities."it\'s \\\\"'),
        (("groups", "", "\x1b\x7f"), 'groups."".' + r'"\u001b\u007f"'),
    ],
)
def test_keys_are_spelled_as_in_toml(key, spelled):
    assert spell_key(key) == spelled


class Writer:
    """Writes a document in styles that are drawn, and notes where each key begins."""

    def __init__(self, draw):
        self.draw = draw
        self.text = ""
        self.lines = {}

    def note(self, key):
        self.lines.setdefault(key, self.text.count("\n") + 1)

    def gap(self):
        self.text += self.draw(st.sampled_from(["", " ", "\n", "  # ]}\"'\n\t", "\r\n"]))

    def name(self, name):
        quoted = json.dumps(name, ensure_ascii=False).replace("\x7f", r"\u007f")
        bare = name.isascii() and name.replace("_", "").isalnum()
        self.text += name if bare and self.draw(st.booleans()) else quoted

    def string(self, text):
        quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", r"\u007f")[1:-1]
        self.text += self.draw(
            st.sampled_from([f'"{quoted}"', f'"""{quoted}"""', f'"""\n{quoted}\n\\"""""'])
        )

    def value(self, key, value):
        if isinstance(value, dict):
            self.text += "{"
            for position, (name, below) in enumerate(value.items()):
                self.text += ", " if position else " "
                self.note((*key, name))
                self.name(name)
                self.text += " = "
                self.value((*key, name), below)
            self.text += "}"
        elif isinstance(value, list):
            self.text += "["
            for position, below in enumerate(value):
                self.gap()
                self.note((*key, position))
                self.value((*key, position), below)
                self.gap()
                if position + 1 < len(value) or self.draw(st.booleans()):
                    self.text += ","
            self.gap()
            self.text += "]"
        elif isinstance(value, str):
            self.string(value)
        else:
            self.text += json.dumps(value)

    def table(self, key, table):
        below = []
        for name, value in table.items():
            is_array = isinstance(value, list) and value
            is_array = is_array and all(isinstance(each, dict) for each in value)
            if (isinstance(value, dict) or is_array) and self.draw(st.booleans()):
                below.append((name, value))
                continue
            self.text += self.draw(st.sampled_from(["", "\n", " # = [x]\n", "\t"]))
            self.note((*key, name))
            self.name(name)
            self.text += self.draw(st.sampled_from(["=", " = "]))
            self.value((*key, name), value)
            self.text += self.draw(st.sampled_from(["\n", " # end\n", "\r\n"]))
        for name, value in below:
            if isinstance(value, dict):
                self.header((*key, name), "[", "]")
                self.table((*key, name), value)
            else:
                for position, element in enumerate(value):
                    self.header((*key, name), "[[", "]]", position)
                    self.table((*key, name, position), element)

    def header(self, key, opening, closing, position=None):
        self.note(key)
        if position is not None:
            self.note((*key, position))
        self.text += opening
        for index, name in enumerate(part for part in key if isinstance(part, str)):
            self.text += self.draw(st.sampled_from([".", " . "])) if index else ""
            self.name(name)
        self.text += closing + "\n"


names = st.text(st.characters(codec="utf-8"), max_size=4) | st.sampled_from(["a", "b_1", "x.y"])
scalars = st.booleans() | st.integers(-9, 99) | names
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3),
    max_leaves=8,
)


@st.composite
def documents(draw):
    writer = Writer(draw)
    writer.table((), draw(st.dictionaries(names, values, max_size=4)))
    return writer.text, writer.lines


@given(documents())
def test_documents_of_every_style(document):
    text, lines = document
    tomllib.loads(text)
    assert lines_of_keys(text) == lines
