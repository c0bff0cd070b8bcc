"""Tape -> torch's gradient: the program as typed, run in a dtype on a device and differentiated backwards.

Imports `dtypes`, `errors` and `language`; torch is loaded on the first call, not by importing this.
"""

from gradcalc.engines.autograd.devices import Device, available, resolve
from gradcalc.engines.autograd.engine import differentiate
from gradcalc.engines.autograd.records import Backward, Node, Slope

__all__ = ["Backward", "Device", "Node", "Slope", "available", "differentiate", "resolve"]
