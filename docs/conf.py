"""How Sphinx makes a site of this folder: `make docs`, which takes warnings for errors."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "ipam_progress"
project_copyright = "the authors of ipam_progress"
release = version = version_of("ipam-progress")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.graphviz",
    "sphinx.ext.napoleon",
    "command_help",
    "docstrings",
]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"ipam_progress {release}"
html_theme_options = {"navigation_with_keys": True}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
graphviz_output_format = "svg"

default_role = "py:obj"  # docstrings name things in single backticks
nitpicky = True
nitpick_ignore_regex = [
    # single backticks are used for arguments and for what has no page, too
    ("py:obj", ".*"),
    # the standard library and other packages have pages elsewhere, and nothing is fetched
    ("py:(class|exc)", "(collections|cryptography|datetime|decimal|os|pathlib|ssl|twisted|uuid).*"),
    ("py:class", "Decimal|Path|timedelta"),
    # annotations name more than programs are meant to use
    ("py:class", r"ipam_progress\..*|Contract|MessageContract"),
]
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
napoleon_use_ivar = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 90
smartquotes = False
