"""Tape -> tensors: each instruction as the torch operation that a person would have typed for it.

Comes in: a program whose calls torch has, a stored point, a dtype and a device. Goes out: `Run`, every
instruction's tensor with the graph behind it. Raises `UnsupportedError`. Imports torch.

Nothing is rewritten (a-b, a/b and -a stay what they are), and every constant is computed in the dtype: a
float64 number without dimensions would turn a float32 program into a float64 one.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from gradcalc.dtypes import DType, exact
from gradcalc.engines.autograd.functions import operation
from gradcalc.engines.autograd.library import torch
from gradcalc.engines.autograd.records import UnsupportedError
from gradcalc.language import vocabulary
from gradcalc.language.tape import CONSTANT, INDEX, NUMBER, VARIABLE, VECTOR, Instruction, Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import Tensor

    from gradcalc.engines.autograd.records import Value

_OPERATIONS: dict[str, Callable[..., Tensor]] = {
    "neg": torch.neg,
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "lt": torch.lt,
    "le": torch.le,
    "gt": torch.gt,
    "ge": torch.ge,
    "eq": torch.eq,
    "ne": torch.ne,
    "and": torch.logical_and,
    "or": torch.logical_or,
    "not": torch.logical_not,
    "where": torch.where,
}

_CONSTANTS = {"e": math.e, "pi": math.pi, "tau": math.tau, "infinity": math.inf, "undefined": math.nan}

#: A whole exponent beyond this is passed as a float: torch takes no int from 2**63.
_LARGEST_WHOLE = 2**53


@dataclass(frozen=True, slots=True)
class Run:
    """A program that ran: a tensor for each instruction, and the leaf of each variable.

    `evaluate` does an instruction again, on other arguments.
    """

    program: Tape
    values: list[Tensor]
    leaves: dict[str, Tensor]
    dtype: DType
    device: str
    evaluate: Callable[[Instruction, list[Tensor]], Tensor]

    def release(self) -> None:
        """Let go of the tensors, the result first.

        A graph whose backward functions Python has looked at is freed by recursion when its tensors go in another
        order, which overflows the C stack from some 30,000 operations (torch 2.13).
        """
        while self.values:
            self.values.pop()

    @property
    def result(self) -> Tensor:
        """The formula's value, without dimensions."""
        return self.values[-1]


def run(program: Tape, point: Mapping[str, Value], dtype: DType, device: str, *, grad: bool = True) -> Run:
    """Evaluate every instruction; without `grad` under `torch.no_grad()`.

    Raises `UnsupportedError` for the first that torch cannot.
    """
    machine = _Machine(program, point, dtype, device)
    with settings(grad=grad):
        for step in program.instructions:
            machine.step(step)
    return Run(program, machine.values, machine.leaves, dtype, device, machine.evaluate)


def plain(tensor: Tensor) -> Value:
    """The tensor as a Python number, or a tuple for a vector."""
    numbers: Value | list[float] = tensor.tolist()
    return tuple(numbers) if isinstance(numbers, list) else numbers


def call(step: Instruction, args: list[Tensor]) -> Tensor:
    """Apply the operation of an instruction that is no leaf, index or power."""
    basic = _OPERATIONS.get(step.op)
    if basic is not None:
        return basic(*args)
    return operation(vocabulary.find(step.op, len(args)).torch)(*args)


@contextmanager
def settings(*, grad: bool = True) -> Iterator[None]:
    """Put the caller's `no_grad`, `inference_mode` and anomaly detection aside for as long as this lasts."""
    recording = torch.enable_grad() if grad else torch.no_grad()
    with torch.inference_mode(mode=False), recording, torch.autograd.set_detect_anomaly(False):
        yield


class _Machine:
    def __init__(self, program: Tape, point: Mapping[str, Value], dtype: DType, device: str) -> None:
        self.values: list[Tensor] = []
        self.leaves: dict[str, Tensor] = {}
        self._program = program
        self._is_constant = program.constant_nodes()
        self._point = point
        self._dtype = dtype
        self._device = device
        self._type: torch.dtype = getattr(torch, dtype.name)
        self._literals: dict[str, Tensor] = {}

    def step(self, step: Instruction) -> None:
        """Append the tensor of the next instruction."""
        args = [self.values[node] for node in step.args]
        try:
            self.values.append(self.evaluate(step, args))
        except NotImplementedError:
            reason = f"torch has no {step.op} for {self._dtype.name} on {self._device}"
            raise UnsupportedError(reason) from None
        except RuntimeError:
            reason = f"torch failed to compute {step.op} in {self._dtype.name} on {self._device}"
            raise UnsupportedError(reason) from None

    def evaluate(self, step: Instruction, args: list[Tensor]) -> Tensor:
        """The tensor of an instruction on these arguments."""
        if step.op == VARIABLE:
            return self._leaf(step.text)
        if step.op == NUMBER:
            return self._literal(step.text)
        if step.op == CONSTANT:
            return self._constant(_CONSTANTS[step.text])
        if step.op == VECTOR:
            return torch.stack(args)
        if step.op == INDEX:
            return args[0][int(step.text)]
        if step.op == "pow":
            return self._power(step, *args)
        return call(step, args)

    def _tensor(self, value: Value) -> Tensor:
        return torch.tensor(value, dtype=self._type, device=self._device)

    def _leaf(self, name: str) -> Tensor:
        if name not in self.leaves:
            self.leaves[name] = self._tensor(self._point[name]).requires_grad_()
        return self.leaves[name]

    def _literal(self, text: str) -> Tensor:
        if text not in self._literals:
            self._literals[text] = self._tensor(self._dtype.nearest(exact(text)))
        return self._literals[text]

    def _constant(self, value: float) -> Tensor:
        return self._tensor(self._dtype.nearest(Fraction(value)) if math.isfinite(value) else value)

    def _power(self, step: Instruction, base: Tensor, exponent: Tensor) -> Tensor:
        """Raise to a constant as a Python scalar: torch computes x**2 and x**0.5 otherwise than x**y."""
        node = step.args[1]
        if not self._is_constant[node] or exponent.dim():
            return torch.pow(base, exponent)
        whole = self._program.whole_literal(node)
        if whole is None or abs(whole) > _LARGEST_WHOLE:
            return torch.pow(base, exponent.item())
        return torch.pow(base, whole)
