"""What the evaluation in Rust is held against is what the training computes now."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

SCRIPT = Path(__file__).resolve().parents[2] / "tests" / "golden" / "make_evaluation.py"
MADE = runpy.run_path(str(SCRIPT))


def test_tensors_are_what_the_script_computes() -> None:
    """Signals and files to the bit; what is computed from them to rounding, which differs by processor."""
    committed = load_file(MADE["FOLDER"] / "evaluation.safetensors")
    computed = MADE["tensors"]()
    assert committed.keys() == computed.keys()
    for name, values in computed.items():
        if values.dtype == np.float32:
            np.testing.assert_allclose(values, committed[name], rtol=1e-5, atol=2e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(values, committed[name], err_msg=name)


def test_facts_are_what_the_script_computes() -> None:
    """Who may use what, the notes of a score, and the sizes both sides share."""
    committed = json.loads((MADE["FOLDER"] / "evaluation.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(MADE["facts"]()))
