"""Tape -> torch's gradient: the program as typed, run in a dtype on a device and differentiated backwards.

Imports `dtypes`, `errors` and `language`; torch is loaded on the first call, not by importing this.
"""

from gradcalc.engines.autograd.devices import Device, available, resolve
from gradcalc.engines.autograd.engine import differentiate, evaluate, repeat, trace, whole_leaf
from gradcalc.engines.autograd.faults import Fault, first_fault
from gradcalc.engines.autograd.records import (
    Backward,
    Calls,
    Edge,
    Matrix,
    Node,
    Refusal,
    Slope,
    Trace,
    UnsupportedError,
    Value,
)

__all__ = [
    "Backward",
    "Calls",
    "Device",
    "Edge",
    "Fault",
    "Matrix",
    "Node",
    "Refusal",
    "Slope",
    "Trace",
    "UnsupportedError",
    "Value",
    "available",
    "differentiate",
    "evaluate",
    "first_fault",
    "repeat",
    "resolve",
    "trace",
    "whole_leaf",
]
