"""The published schemas and tables, read without the generator's help."""

import csv
from pathlib import Path

import pytest
from lxml import etree

from ipam_progress.contracts.model import TypeName

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data" / "contracts"
XS = "http://www.w3.org/2001/XMLSchema"


def read_table(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def schemas():
    """Every schema's root."""
    return [etree.parse(path).getroot() for path in sorted((ROOT / "wsdl").glob("*.xsd"))]


def globals_of(schemas, tags):
    return {
        TypeName(schema.get("targetNamespace"), node.get("name")): node
        for schema in schemas
        for node in schema
        if etree.QName(node).localname in tags
    }


@pytest.fixture(scope="session")
def schema_types(schemas):
    """Every type of the schemas, by expanded name."""
    return globals_of(schemas, {"complexType", "simpleType"})


@pytest.fixture(scope="session")
def schema_elements(schemas):
    """Every global element of the schemas, by expanded name."""
    return globals_of(schemas, {"element"})


@pytest.fixture(scope="session")
def published_types():
    """The 286 types that the two services can meet: expanded name to (kind, section)."""
    return {
        TypeName(row["namespace"], row["name"]): (row["kind"], row["section"])
        for row in read_table("types.csv")
    }


@pytest.fixture(scope="session")
def published_enumerations():
    """The enumerations among them: expanded name to (form, [(value, number)])."""
    found = {}
    for row in read_table("enumerations.csv"):
        name = TypeName(row["namespace"], row["type"])
        found.setdefault(name, (row["form"], []))[1].append((row["value"], int(row["number"])))
    return found


@pytest.fixture(scope="session")
def published_operations():
    """The 49 operations: name to the expanded name of the parameters' type."""
    return {
        row["operation"]: TypeName(row["parameter_namespace"], row["parameter_type"])
        for row in read_table("operations.csv")
    }
