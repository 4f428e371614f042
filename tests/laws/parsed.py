"""The source of the house, read and parsed once for all the laws about it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)


@cache
def text_of(file: Path) -> str:
    """What stands in a file."""
    return file.read_text(encoding="utf-8")


@cache
def tree(file: Path) -> ast.Module:
    """The parsed source of a file."""
    return ast.parse(text_of(file), str(file))


@cache
def _nodes(file: Path) -> list[ast.AST]:
    """Every node of a file; to walk the tree takes as long as to parse it."""
    return list(ast.walk(tree(file)))


def nodes(kind: type[N], *files: Path) -> Iterator[N]:
    """Every node of a kind in some files."""
    return (node for file in files for node in _nodes(file) if isinstance(node, kind))
