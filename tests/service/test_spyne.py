import subprocess
import sys

import pytest

IMPORT = """
import ipam_progress.service._spyne
import spyne.util.six as six, spyne.protocol.soap, spyne.interface.wsdl, spyne.protocol.http
from spyne.util.six.moves.urllib.parse import quote
assert six.get_function_name(print) == "print"
assert not hasattr(__import__("six"), "get_function_name")
"""


def errors_of(program, *options):
    """Run a program in a Python of its own, where nothing is imported yet; give its stderr."""
    command = [sys.executable, "-W", "ignore::SyntaxWarning", *options, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_spyne_is_imported_with_the_six_of_pypi_in_place_of_its_own():
    # its own six would give an ImportWarning where it does not give an error
    assert errors_of(IMPORT, "-W", "error::ImportWarning") == ""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Spyne cannot be imported by itself")
def test_a_spyne_that_somebody_imported_before_is_left_alone():
    before = "import spyne.util.six as theirs"
    assert errors_of(f"{before}{IMPORT}assert six is theirs") == ""
