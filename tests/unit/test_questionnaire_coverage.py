"""The coverage simulation: the usual normal interval for the rank-biserial correlation falls short, BCa does not."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "rank_biserial_coverage.py"


@pytest.fixture(scope="module")
def benchmark_module():
    spec = importlib.util.spec_from_file_location("rank_biserial_coverage", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_simulation_follows_from_its_seed(benchmark_module):
    first = benchmark_module.coverage(samples=20, people=57, resamples=199, seed=4)
    assert first == benchmark_module.coverage(samples=20, people=57, resamples=199, seed=4)
    assert first["normal"] <= 20 and first["bca"] <= 20


def test_the_normal_interval_is_the_published_formula(benchmark_module):
    """n = 10, r = 42/55: atanh r = log(97/13)/2 = 1.004881, sd sqrt(2310/6)/55 = 0.356753, half width 0.699224."""
    low, high = benchmark_module.normal_interval(42 / 55, 10)
    assert [low, high] == pytest.approx([0.29648, 0.93591], abs=2e-5)  # tanh of 0.305657 and 1.704105


def test_the_normal_interval_covers_too_rarely(benchmark_module):
    held = benchmark_module.coverage(samples=150, people=57, resamples=299, seed=1)
    assert held["normal"] < 0.92 * 150 < held["bca"]


def test_changes_stay_on_the_scale(benchmark_module):
    changes = benchmark_module.draw_changes(np.random.default_rng(1), (2000,))
    assert changes.min() >= -8 and changes.max() <= 8
