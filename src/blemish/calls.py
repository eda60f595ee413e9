"""Parts as a person types them: ``Rotate(choice(0, pi/2))``, as plain data for `from_dict`."""

from __future__ import annotations

import ast
import dataclasses
import math
import operator
from typing import Any

from .catalog import look_up, parts
from .notation import from_dict
from .random import VALUES

_CONSTANTS = {"pi": math.pi}
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def from_call(text: str) -> Any:
    """Return the part, or the choice of parts, that a call tells.

    It is read and never run: names are those of parts and of values (`uniform`, `choice`), and
    arguments numbers, ``pi``, sums and quotients of them, None, True and False, words in quotes, or
    calls again. Raises LookupError for an unknown name, ValueError and TypeError for what does not
    fit.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(
            f"{text!r} is not a call ({error.msg}): write it as in Rotate(pi/2)"
        ) from error
    return from_dict(_data(tree))


def _data(node: ast.expr) -> Any:
    """Return what stands in a call as plain data."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return {node.func.id: _fields(node.func.id, node)}
    if isinstance(node, ast.Name):
        return _CONSTANTS.get(node.id, node.id)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str, type(None))):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List)):
        return [_data(item) for item in node.elts]
    number = _number(node)
    if number is None:
        raise ValueError(f"{ast.unparse(node)!r} is no name, number or call of a part")
    return number


def _number(node: ast.expr) -> float | None:
    """Return what a sum, a product or a sign makes of numbers, or None for anything else."""
    sides: list[Any] = []
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        sides = [0, _data(node.operand)]
        how = operator.sub if isinstance(node.op, ast.USub) else operator.add
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        sides = [_data(node.left), _data(node.right)]
        how = _ARITHMETIC[type(node.op)]
    if not sides or not all(type(side) in (int, float) for side in sides):
        return None
    try:
        number: float = how(*sides)
    except ZeroDivisionError as error:
        raise ValueError(f"{ast.unparse(node)}: {error}") from error
    return number


def _fields(name: str, call: ast.Call) -> dict[str, Any]:
    """Return the arguments of a call by the names of the fields; options take all that is left."""
    cls = look_up(name, {**parts(), **VALUES}, "part")
    names = [field.name for field in dataclasses.fields(cls)]
    given = [_data(argument) for argument in call.args]
    if "options" in names:
        before = names.index("options")
        given = [*given[:before], given[before:]]
    if len(given) > len(names):
        raise ValueError(f"{name} takes at most {len(names)} values, not {len(given)}")
    fields = dict(zip(names, given, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in fields:
            told = "** is not read" if keyword.arg is None else f"{keyword.arg} is given twice"
            raise ValueError(f"{ast.unparse(call)!r}: {told}")
        fields[keyword.arg] = _data(keyword.value)
    return fields
