"""Errors on the command line: one Chinese line on stderr and an exit code.

Exit codes: 2 wrong use, 3 a document was refused, 4 the index cannot be used, 5 a model cannot be
had.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from corpus.errors import (
    CewenError,
    DocumentError,
    DocumentMissing,
    IndexFolderError,
    ModelUnavailable,
)

EXIT_CODES: tuple[tuple[type[CewenError], int], ...] = (
    (DocumentMissing, 2),
    (DocumentError, 3),
    (IndexFolderError, 4),
    (ModelUnavailable, 5),
    (CewenError, 2),
)


class Group(click.Group):
    """Turns the project's errors, and click's own, into one Chinese line and an exit code."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> Any:  # noqa: ANN401
        """Run; as the program itself (``standalone_mode``) end with the exit code."""
        standalone_mode = extra.pop("standalone_mode", True)
        try:
            result = super().main(args, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()  # not an error of the user's: a group alone shows its help
            result = error.exit_code
        except click.UsageError as error:
            click.echo(f"错误：{usage_message(error)}", err=True)
            result = error.exit_code
        except click.Abort:
            click.echo("已中断。", err=True)
            result = 1
        if not standalone_mode:
            return result
        sys.exit(result if isinstance(result, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command; an error of the project ends it with its exit code."""
        try:
            return super().invoke(ctx)
        except CewenError as error:
            click.echo(f"错误：{error}", err=True)
            ctx.exit(exit_code(error))
        except BrokenPipeError:
            ctx.exit(1)


_CLICK_SAYS = (
    (r"^No such command '(.+)'$", r"没有命令 \1"),
    (r"^(.+) is not in the range (.+)$", r"\1 不在范围 \2 内"),
    (r"^\w+ '(.+)' does not exist$", r"路径 \1 不存在"),
    (r"^'(.*)' is not one of (.+)$", r"“\1”不是 \2 之一"),
    (r"^'(.*)' is not a valid (?:integer|float).*$", r"“\1”不是数字"),
    (r"^Got unexpected extra arguments? \((.+)\)$", r"多了参数 \1"),
    (r"^Missing command$", "缺少命令"),
)
"""What click says of a command line, in Chinese; what is not listed stays as it is."""


def usage_message(error: click.UsageError) -> str:
    """What is wrong with a command line, what is accepted, what to do next."""
    command = error.ctx.command_path if error.ctx else "cewen"
    param = error.param if isinstance(error, click.BadParameter) else None
    given = param.get_error_hint(error.ctx) if param and error.ctx else "参数"
    said = error.message.rstrip(".")
    for pattern, chinese in _CLICK_SAYS:
        said = re.sub(pattern, chinese, said)
    if isinstance(error, click.NoSuchOption):
        near = f"，与它相近的有 {'、'.join(error.possibilities)}" if error.possibilities else ""
        met, accepted = f"没有选项 {error.option_name}", f"须是 {command} 的选项{near}"
    elif isinstance(error, click.MissingParameter):
        met, accepted = f"缺少 {given}", f"{command} 需要它"
    elif isinstance(error, click.BadParameter):
        met, accepted = f"{given} 的值不可用", said
    else:
        met, accepted = "命令写法不对", said
    return f"{met}。{accepted}。请用 {command} --help 查看用法。"


def exit_code(error: CewenError) -> int:
    """The exit code an error ends with."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))
