import pytest

from tests.proof.made_up import made_up_proof


@pytest.fixture(scope="session")
def proof():
    return made_up_proof()
