"""Functions on series by their Taylor series, at a point where they are analytic.

Comes in: a row's name and its arguments. Goes out: a series. Imports flint: only `expansions` imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flint import arb, arb_series

from gradcalc.engines.certified.balls.domains import bounds
from gradcalc.engines.certified.derivatives import Rules, tangent
from gradcalc.engines.certified.errors import UndecidedError, UndefinedError
from gradcalc.engines.certified.evaluator import run
from gradcalc.engines.certified.graph import Graph
from gradcalc.engines.certified.singular.growth import Value, centre, named_value
from gradcalc.engines.certified.singular.series import Field, Series, compose
from gradcalc.engines.certified.smoothness import unproved
from gradcalc.language import vocabulary
from gradcalc.language.tape import VARIABLE

#: A function is expanded by a power series where it is defined in this neighbourhood.
_NEIGHBOURHOOD = arb(0, arb(2) ** -40)
#: Derivatives beyond this order are left to the difference quotients.
_MOST_DERIVATIVES = 10
#: Of the derivatives of a rule, beyond which no further one is written.
_MOST_STEPS = 3000


def by_taylor(field: Field, name: str, args: Sequence[Value]) -> Series:
    """Where one argument changes. Raises `UndefinedError` outside the domain, `UndecidedError` at its edge."""
    places = [place for place, arg in enumerate(args) if not (isinstance(arg, Series) and arg.number() is not None)]
    centred = [centre(arg, f"{name} of what has no finite limit") for arg in args]
    numbers, rests = [start for start, _ in centred], [rest for _, rest in centred]
    if len(places) > 1:
        raise UndecidedError(f"the expansion of {name} by several arguments")
    (place,) = places
    balls = [number.ball for number in numbers]
    around = [ball + _NEIGHBOURHOOD if i == place else ball for i, ball in enumerate(balls)]
    inside = bounds(vocabulary.find(name, len(args)).arb).domain(*around)
    if inside is False:
        raise UndefinedError(f"{name} has no finite real value there")
    if inside is None:
        raise UndecidedError(f"the expansion of {name} at a singular point")
    value = named_value(field, name, numbers)
    key = (name, place, tuple(number.key for number in numbers))
    found = taylor(name, balls, place, min(field.terms, _MOST_DERIVATIVES), field.deadline)
    higher = [field.named((*key, k), partial(found.__getitem__, k)) for k in range(1, len(found))]
    return compose([value, *higher], rests[place])


#: Those that Arb expands itself.
_ARB_SERIES = {
    "gamma": "gamma",
    "airyai": "airy_ai",
    "airybi": "airy_bi",
    "airyaiprime": "airy_ai_prime",
    "airybiprime": "airy_bi_prime",
    "zeta": "zeta",
    "lambertw": "lambertw",
    "Ei": "ei",
    "Ci": "ci",
    "Chi": "chi",
    "li": "li",
}


def taylor(name: str, args: Sequence[arb], position: int, count: int, deadline: float) -> list[arb]:
    """The first coefficients by one argument, from Arb's own series or from the rule in the vocabulary.

    Raises `UndecidedError` where a derivative is not known, `TimeoutError` after the thread's `deadline`.
    """
    if name in _ARB_SERIES and len(args) == 1:
        made = getattr(arb_series([args[0], 1], count), _ARB_SERIES[name])()
        found = [made[k] for k in range(count)]
    else:
        found = _by_rule(name, args, position, count, deadline)
    if not all(type(ball) is arb and ball.is_finite() for ball in found):
        raise UndecidedError(f"a derivative of {name}")
    return found


def _by_rule(name: str, args: Sequence[Any], position: int, count: int, deadline: float) -> list[object]:
    graph = Graph()
    leaves = tuple(graph.add(VARIABLE, (), f"a{i}") for i in range(len(args)))
    places: list[int | None] = [graph.add(name, leaves)]
    # The rules grow: what is too long to be written down is too long to be evaluated.
    while len(places) < count and places[-1] is not None and len(graph.steps) < _MOST_STEPS:
        places.append(tangent(graph, places[-1], f"a{position}", Rules()))
    known = [place for place in places if place is not None]
    # A ball cannot be hashed, as what is added to a graph is.
    steps = [s._replace(stored=args[int(s.text[1:])]) if s.op == VARIABLE else s for s in graph.steps]
    values = run(steps, known, deadline)
    if unproved(steps, known[:-1], {leaves[position]}, values, deadline):
        raise UndecidedError(f"a derivative of {name}")
    factor, found = 1, []
    for k, place in enumerate(known):
        factor *= max(k, 1)
        value = values[place]
        found.append(value / factor if type(value) is arb else value)
    if places[-1] is None:
        found += [arb(0)] * (count - len(found))
    return found
