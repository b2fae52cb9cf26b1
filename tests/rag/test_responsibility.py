"""Running text that charges a body."""

import pytest

from rag.responsibility import charges


@pytest.mark.parametrize(
    ("text", "charged"),
    [
        ("由市教育局牵头组织实施", True),
        ("市民政局负责养老服务监管", True),
        ("到2025年，养老床位达到5万张", False),
    ],
)
def test_running_text_that_charges(text: str, charged: bool) -> None:
    assert charges(text) is charged
