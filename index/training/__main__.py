"""``python -m index.training``."""

from .cli import main

main()
