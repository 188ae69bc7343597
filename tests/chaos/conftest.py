import pytest


@pytest.fixture
def cuts(request: pytest.FixtureRequest) -> int:
    found: int = request.config.getoption("--cuts")
    return found
