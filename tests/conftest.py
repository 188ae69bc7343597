import hypothesis
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cuts", type=int, default=8, help="how often the daemon is killed (make soak: 1000)"
    )


# How long an example takes says something of the computer, not of the code: benches measure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
