"""What all tests share: the peers that are not ours."""

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def runtime_probe() -> Path:
    """The path of `runtime-probe`, Microsoft's side of the wire.

    It is looked for in IPAM_SHARED, the folder `shared` beside the checkout if that is not set. A
    test that needs it is skipped where it is missing, and fails with IPAM_REQUIRE_PEERS=1.
    """
    shared = Path(os.environ.get("IPAM_SHARED") or CHECKOUT.parent / "shared")
    probe = (shared / "dotnet" / "runtime-probe").resolve()
    if not probe.exists():
        reason = f"{probe} is missing: set IPAM_SHARED to the folder that holds dotnet/"
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return probe
