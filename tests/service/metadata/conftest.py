"""The documents that a server would publish, and how elements are compared."""

import pytest
from lxml import etree

from ipam_progress.namespaces import SCHEMA
from ipam_progress.service.application import (
    ipam_server_application,
    operation_history_application,
    operation_with_progress_application,
)
from ipam_progress.service.declarations import (
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
)
from ipam_progress.service.metadata import PublishedEndpoint, ServiceMetadata

ADDRESS = "net.tcp://127.0.0.1:18901"

QNAMES = {"type", "base", "ref", "element", "message", "binding"}
"""Attributes whose values are names with prefixes, in XML Schema and in WSDL."""


@pytest.fixture(scope="session")
def applications():
    """The applications of a server that keeps records."""
    return [
        operation_with_progress_application(),
        ipam_server_application(),
        operation_history_application(),
    ]


@pytest.fixture(scope="session")
def make_metadata(applications):
    """Give a function that makes the documents for endpoints that are secured alike."""

    def make(security=None, identity=None, history=True):
        names = [OPERATION_WITH_PROGRESS, IPAM_SERVER, *[OPERATION_HISTORY] * history]
        return ServiceMetadata(
            applications[: len(names)],
            [
                PublishedEndpoint(name, f"{ADDRESS}/{name.removeprefix('I')}", security, identity)
                for name in names
            ],
        )

    return make


@pytest.fixture(scope="session")
def documents(make_metadata):
    """The documents of a server that protects nothing."""
    return make_metadata().documents()


@pytest.fixture(scope="session")
def schemas(documents):
    """The generated schemas by their namespaces."""
    return {each.identifier: each.root for each in documents if each.dialect == SCHEMA}


@pytest.fixture(scope="session")
def directory(documents, tmp_path_factory):
    """The documents as files."""
    folder = tmp_path_factory.mktemp("metadata")
    for document in documents:
        (folder / document.name).write_bytes(document.to_bytes())
    return folder


@pytest.fixture(scope="session")
def tree_of():
    """Give an element as plain data: prefixes and the white space around elements are gone."""
    return _tree_of


def _tree_of(node):
    attributes = dict(node.attrib)
    for key in QNAMES & attributes.keys():
        prefix, colon, name = attributes[key].rpartition(":")
        if colon:
            attributes[key] = f"{{{node.nsmap[prefix]}}}{name}"
    text = (node.text or "").strip()
    return node.tag, attributes, text, [_tree_of(child) for child in node]


@pytest.fixture(scope="session")
def global_items():
    """Give the types and elements of a schema by kind, namespace and name."""
    return _global_items


def _global_items(schema):
    kinds = {"simpleType": "type", "complexType": "type", "element": "element"}
    return {
        (kinds[kind], schema.get("targetNamespace"), item.get("name")): item
        for item in schema
        if (kind := etree.QName(item).localname) in kinds
    }
