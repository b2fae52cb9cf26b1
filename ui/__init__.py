"""Ways in: the command line (``cli``), the HTTP API (``api``) and the chat page (``chat``).

What the three show is made from ``rag.answer.Answer``; none of them decides anything about answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.api import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """Import the web libraries when they are asked for: ``cewen --help`` must not wait for them."""
    if name == "create_app":
        from ui.api import create_app

        return create_app
    raise AttributeError(name)
