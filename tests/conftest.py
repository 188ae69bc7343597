import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cuts", type=int, default=8, help="how often the daemon is killed (make soak: 1000)"
    )
