"""Throughput of claims, consumptions and look-ups against baselines, all in one run."""

import sys
from pathlib import Path

# The clusters, databases, servers and clients of the tests serve here as well.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
