"""The one error readers meet, in whatever process it is raised."""

import pickle
from concurrent.futures import ProcessPoolExecutor

import pytest

from analysis.errors import InputError

ERROR = InputError("a.csv", row=3, column="value", found="'x'", expected="a number", action="correct it")


@pytest.mark.parametrize("error", [ERROR, InputError("params.yaml", found="", expected="text", action="write it")])
def test_an_error_is_the_same_in_another_process(error):
    """A pool that cannot hand an error back waits for it for ever."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (InputError, str(error), vars(error))


def test_a_worker_s_error_comes_back_from_a_pool():
    with ProcessPoolExecutor(1) as pool, pytest.raises(InputError, match="a.csv, row 3, column 'value'"):
        pool.submit(_fails).result(timeout=60)


def _fails() -> None:
    raise ERROR
