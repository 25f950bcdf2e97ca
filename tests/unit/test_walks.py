"""An assumption and a claim reach their pages through no more functions than today; fewer are better, and lower these numbers."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST = {"assumption": 81, "claim": 156}
PASSED = {  # the door, the middle and the end of each walk, so that a tracer that sees nothing fails
    "assumption": ("study/register.py: read_register", "sroi/model.py: assemble", "reporting/page.py: page_of"),
    "claim": ("study/claims.py: read_claims", "audit/verdicts.py: check", "reporting/tables.py: table_node"),
}


@pytest.mark.parametrize("walk", MOST)
def test_a_walk_gets_no_longer(walk):
    command = [sys.executable, str(ROOT / "scripts" / "walks.py"), walk, "--functions"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert int(told.split()[1]) <= MOST[walk], f"a longer walk, or a shorter way to pass on the same:\n{told}"
    assert [function for function in PASSED[walk] if f"    {function}\n" not in told] == []
