"""Tokens -> Tape, by precedence climbing (Pratt 1973).

Comes in: a formula as typed and the names that the point gives. Goes out: a `Tape`.
Imports `errors` and the other modules of `language`; knows no engine.

The grammar, loosest first; a row's operands are of the next row:

    or            a | b                        left
    and           a & b                        left
    not           ~a
    comparison    a < b <= c                   a chain means `and`
    sum           a + b, a - b                 left
    product       a * b, a / b, a % b, a b     left; no sign between a and a name, a bracket or a bar means `*`
    sign          -a, +a
    power         a ** b, a ^ b                right; b may carry a sign
    postfix       a!, a[0], a²
    primary       number, name, (a), |a|, [a, b, ...], √a, f(a, b), sin a, sin^2 a,
                  Piecewise((a, condition), (b, True))
"""

from __future__ import annotations

import re

from gradcalc.errors import ExpressionError, Span
from gradcalc.language import bars, diagnostics, vocabulary
from gradcalc.language.builder import Operand, TapeBuilder
from gradcalc.language.stream import TokenStream
from gradcalc.language.tape import COMPARISONS, CONSTANT, INDEX, NUMBER, VARIABLE, VECTOR, Tape
from gradcalc.language.token import Token

_CONSTANTS = {"e": "e", "E": "e", "pi": "pi", "π": "pi", "tau": "tau"}
_COMPARE = {sign: op for op, sign in COMPARISONS.items()}
_INFIX = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "**": "pow", "&": "and", "|": "or"}

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_LEVEL = {"|": _OR, "&": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "**": _POWER}
_LEVEL |= dict.fromkeys(_COMPARE, _COMPARISON)

_OPENS = frozenset({"name", "(", "√", "["})
_BEGINS = _OPENS | {"number", "|", "∞"}

#: Python's words for connectives, which are names like any other in this language, and what to write instead.
_WORDS = {"and": "& between conditions", "or": "| between conditions", "not": "~ before a condition in brackets"}

#: The constant π next to a letter of the same name: πr, 2xπ.
_GLUED_PI = re.compile(r"(?<=[^\W\d_₀-₉])(?=π)|(?<=π)(?=[^\W\d_₀-₉])")


def parse(source: str, names: frozenset[str] = frozenset(), *, indicator: bool = False) -> Tape:
    """Read a formula. `names` are those the point gives: always variables, never constants or functions.

    With `indicator` the whole may be a condition, which is then 1 where it holds and 0 elsewhere.
    Raises `ExpressionError` with a span for what is not a formula and `LimitError` beyond `language.limits`.
    """
    return _Parser(source, names).formula(indicator=indicator)


class _Parser(TokenStream):
    def __init__(self, source: str, names: frozenset[str]) -> None:
        super().__init__(source)
        self._bars = 0
        self._separating = bars.separating(self._tokens) if "|" in source else frozenset[int]()
        self._names = names
        self._build = TapeBuilder(source)

    # -- the grammar

    def formula(self, *, indicator: bool) -> Tape:
        result = self._expression(0)
        if self._token.kind != "end":
            raise self._unexpected()
        return self._build.finish(self._build.indicator(result) if indicator else result)

    def _expression(self, level: int) -> Operand:
        left = self._prefix()
        while True:
            left = self._postfix(left)
            token = self._token
            infix = _LEVEL.get(token.kind)
            if token.kind == "|":
                if self._bars:
                    return left
                if not self._is_or(left):
                    infix = None
            if infix is None:
                if level >= _PRODUCT or not self._juxtaposed():
                    return left
                left = self._implicit_product(left)
            elif infix <= level:
                return left
            elif infix == _COMPARISON:
                left = self._comparison(left)
            else:
                left = self._infix(left, self._advance(), infix)

    def _infix(self, left: Operand, sign: Token, level: int) -> Operand:
        if level in {_OR, _AND} and self._token.kind == sign.kind and self._token.span.start == sign.span.stop:
            raise self._unexpected()
        if level == _POWER:
            self._descend(sign)
            right = self._expression(_POWER - 1) if self._token.kind not in {"-", "+"} else self._prefix_sign()
            self._ascend()
        else:
            right = self._expression(level)
        check = self._build.condition if level in {_OR, _AND} else self._build.numeric
        span = Span(left.span.start, right.span.stop)
        made = self._build.emit(_INFIX[sign.kind], (check(left), check(right)), span)
        open_power = right.open_power or (level == _POWER and self._is_number(left) and self._is_number(right))
        return made._replace(open_quotient=sign.kind == "/", open_power=open_power)

    def _is_number(self, operand: Operand) -> bool:
        """Whether the operand is a number or a constant, perhaps with signs, outside brackets."""
        step = self._build.instructions[operand.node]
        while step.op == "neg":
            step = self._build.instructions[step.args[0]]
        return step.op in {NUMBER, CONSTANT} and not self._text(operand.span).endswith(")")

    def _comparison(self, left: Operand) -> Operand:
        chain: Operand | None = None
        while (op := _COMPARE.get(self._token.kind)) is not None:
            self._advance()
            right = self._expression(_COMPARISON)
            span = Span(left.span.start, right.span.stop)
            link = self._build.emit(op, (self._build.numeric(left), self._build.numeric(right)), span)
            if chain is not None:
                span = Span(chain.span.start, link.span.stop)
                link = self._build.emit("and", (chain.node, link.node), span)
            chain, left = link, right
        assert chain is not None, "called at a comparison sign"
        return chain

    def _is_or(self, left: Operand) -> bool:
        return self._position in self._separating or self._build.is_condition(left)

    def _juxtaposed(self) -> bool:
        return self._token.kind in _OPENS or (self._token.kind == "|" and not self._bars)

    def _implicit_product(self, left: Operand) -> Operand:
        if self._token.kind == "[":
            hint = "write x[0] for an entry, 2*[1, 2] for a product"
            raise self._error("this '[' is neither an index nor a product", self._token.span, hint)
        self._refuse_word(self._token)
        self._refuse_raised_function(left)
        ambiguous = left.open_quotient or (left.open_power and self._is_glued_name(left))
        right = self._expression(_PRODUCT)
        span = Span(left.span.start, right.span.stop)
        made = self._build.emit("mul", (self._build.numeric(left), self._build.numeric(right)), span)
        if ambiguous:
            whole, first, second = (diagnostics.shorten(self._text(s)) for s in (span, left.span, right.span))
            self._build.note(f"{whole} is read as ({first})*{second}", span)
        return made._replace(open_power=right.open_power)

    def _is_glued_name(self, left: Operand) -> bool:
        """Whether a name that is not called follows without a space: `e^2x` may have been meant as `e^(2x)`."""
        follows = self._token
        called = self._peek().kind == "(" or follows.text in vocabulary.BARE
        return follows.kind == "name" and follows.span.start == left.span.stop and not called

    def _refuse_word(self, token: Token) -> None:
        """Raise `ExpressionError` at Python's `and`, `or`, `not` next to an operand: a product is not meant."""
        if token.text in _WORDS and token.text not in self._names:
            hint = f"write {_WORDS[token.text]}; for a product with a variable of that name write *"
            raise self._error(f"'{token.text}' is not an operator here", token.span, hint)

    def _refuse_raised_function(self, left: Operand) -> None:
        """Raise `ExpressionError` for `sin^n` before an operand: only whole-number powers are read as sin(x)**2."""
        steps = self._build.instructions
        power = steps[left.node]
        while power.op in {"mul", "div", "mod", "neg"}:
            power = steps[power.args[-1]]
        if power.op != "pow":
            return
        base = steps[power.args[0]]
        if base.op == VARIABLE and base.text in vocabulary.BARE and base.text not in self._names:
            raise self._error(
                f"'{diagnostics.shorten(self._text(power.span))}' reads in two ways",
                power.span,
                f"write {base.text}(x)**n for a power, {base.text}**n*x for a variable of that name",
            )

    # -- what an operand begins with

    def _prefix(self) -> Operand:
        token = self._token
        if token.kind in {"-", "+", "~"}:
            return self._prefix_sign()
        self._descend(token)
        operand = self._primary()
        self._ascend()
        return operand

    def _prefix_sign(self) -> Operand:
        sign = self._advance()
        self._descend(sign)
        if sign.kind == "~":
            operand = self._expression(_NOT)
            node = self._build.condition(operand)
        else:
            operand = self._expression(_SIGN)
            node = self._build.numeric(operand)
        self._ascend()
        span = Span(sign.span.start, operand.span.stop)
        if sign.kind == "+":
            return Operand(node, span, open_power=operand.open_power)
        made = self._build.emit("neg" if sign.kind == "-" else "not", (node,), span)
        return made._replace(open_power=operand.open_power)

    def _primary(self) -> Operand:
        if self._token.kind not in _BEGINS:
            raise self._unexpected()
        token = self._advance()
        match token.kind:
            case "number":
                return self._build.emit(NUMBER, (), token.span, token.text)
            case "name":
                return self._name(token)
            case "(":
                inner = self._bracketed()
                closing = self._expect(")", token)
                return Operand(inner.node, Span(token.span.start, closing.span.stop))
            case "|":
                return self._absolute(token)
            case "[":
                return self._vector(token)
            case "√":
                return self._root(token)
        return self._build.emit(CONSTANT, (), token.span, "infinity")

    def _absolute(self, bar: Token) -> Operand:
        if self._token.kind in {"end", ")", "]", ","}:
            raise self._never_closed(bar)
        self._bars += 1
        inner = self._expression(0)
        self._bars -= 1
        if self._token.kind != "|":
            raise self._never_closed(bar)
        closing = self._advance()
        return self._build.emit("abs", (self._build.numeric(inner),), Span(bar.span.start, closing.span.stop))

    def _never_closed(self, bar: Token) -> ExpressionError:
        hint = "write |x|, or abs(x) inside another |...|"
        return self._error("this '|' is never closed", bar.span, hint)

    def _vector(self, bracket: Token) -> Operand:
        entries, closing = self._arguments(bracket, "]")
        if not entries:
            raise self._error("a vector needs at least one entry", Span(bracket.span.start, closing.span.stop))
        nodes = tuple(self._build.numeric(entry) for entry in entries)
        return self._build.emit(VECTOR, nodes, Span(bracket.span.start, closing.span.stop))

    def _root(self, sign: Token) -> Operand:
        self._descend(sign)
        operand = self._prefix_sign() if self._token.kind in {"-", "+"} else self._primary()
        while self._indexes(operand):
            operand = self._index(operand, self._advance())
        self._ascend()
        span = Span(sign.span.start, operand.span.stop)
        made = self._build.emit("sqrt", (self._build.numeric(operand),), span)
        if self._token.kind in {"superscript", "**", "!"}:
            root = diagnostics.shorten(self._text(span))
            what = "factorial" if self._token.kind == "!" else "power"
            self._build.note(f"the {what} after {root} is taken of the root", span)
        return made

    def _postfix(self, operand: Operand) -> Operand:
        while True:
            token = self._token
            span = Span(operand.span.start, token.span.stop)
            if token.kind == "!":
                if self._source[token.span.start - 1] == "!":
                    raise self._error("x!! is not in the language", span, "for (x!)! write it with brackets")
                self._advance()
                operand = self._build.emit("factorial", (self._build.numeric(operand),), span)
            elif token.kind == "superscript":
                self._advance()
                exponent = self._signed_integer(token)
                operand = self._build.emit("pow", (self._build.numeric(operand), exponent), span)
            elif self._indexes(operand):
                operand = self._index(operand, self._advance())
            else:
                return operand

    def _indexes(self, operand: Operand) -> bool:
        """Whether an index of `operand` begins here."""
        directly = self._token.kind == "[" and self._token.span.start == operand.span.stop
        return directly and self._build.instructions[operand.node].op != NUMBER

    def _index(self, operand: Operand, bracket: Token) -> Operand:
        position = self._token
        if position.kind != "number" or not position.text.isdigit():
            raise self._error("an index is a whole number from 0", position.span, "write x[0], x[1], ...")
        self._advance()
        closing = self._expect("]", bracket)
        span = Span(operand.span.start, closing.span.stop)
        return self._build.emit(INDEX, (self._build.numeric(operand),), span, str(int(position.text)))

    def _signed_integer(self, token: Token) -> int:
        digits = token.text.lstrip("+-")
        number = self._build.emit(NUMBER, (), token.span, digits).node
        return self._build.emit("neg", (number,), token.span).node if token.text.startswith("-") else number

    # -- names and calls

    def _name(self, token: Token) -> Operand:
        name, following = token.text, self._token
        if name in self._names:
            if following.kind == "(":
                raise self._error(
                    f"'{name}' is a variable here, the point gives it a value",
                    token.span,
                    f"for a product write {name}*(...)",
                )
            return self._build.emit(VARIABLE, (), token.span, name)
        if _GLUED_PI.search(name):
            hint = f"write {_GLUED_PI.sub('*', name)} for a product, or give it a value, --at {name}=..."
            raise self._error(f"'{name}' is one name, names are never split", token.span, hint)
        if following.kind == "(":
            return self._call(token)
        if name == "not" and self._operand_at(following):
            self._refuse_word(token)
        if name in vocabulary.BARE and (applied := self._bare(token)) is not None:
            return applied
        if name in _CONSTANTS:
            return self._build.emit(CONSTANT, (), token.span, _CONSTANTS[name])
        return self._build.emit(VARIABLE, (), token.span, name)

    def _call(self, name: Token) -> Operand:
        opening = self._advance()
        if name.text == "Piecewise":
            return self._piecewise(name, opening)
        if name.text in _CONSTANTS:
            raise self._error(
                f"'{name.text}' is a constant, not a function", name.span, f"for a product write {name.text}*(...)"
            )
        self._build.require_function(name.text, name.span)
        arguments, closing = self._arguments(opening, ")")
        return self._build.call(name.text, arguments, Span(name.span.start, closing.span.stop))

    def _bracketed(self) -> Operand:
        """An expression inside brackets, where a bar of the outside cannot be closed."""
        outside, self._bars = self._bars, 0
        inner = self._expression(0)
        self._bars = outside
        return inner

    def _arguments(self, opening: Token, closing: str) -> tuple[list[Operand], Token]:
        arguments: list[Operand] = []
        while self._token.kind != closing or arguments:
            arguments.append(self._bracketed())
            if self._token.kind != ",":
                break
            self._advance()
        return arguments, self._expect(closing, opening)

    def _piecewise(self, name: Token, opening: Token) -> Operand:
        """SymPy's `Piecewise((a, c), (b, True))` as nested `where`; without a last True, undefined elsewhere."""
        pieces: list[tuple[Operand, Operand | None]] = []
        while True:
            inner = self._token
            if inner.kind != "(":
                raise self._error("Piecewise takes pairs (value, condition)", inner.span)
            self._advance()
            value = self._bracketed()
            if self._token.kind != ",":
                raise self._error("Piecewise takes pairs (value, condition)", value.span)
            self._advance()
            if self._token.text in {"True", "true"}:
                self._advance()
                pieces.append((value, None))
            else:
                pieces.append((value, self._bracketed()))
            self._expect(")", inner)
            if self._token.kind != ",":
                break
            comma = self._advance()
            if pieces[-1][1] is None:
                raise self._error("no piece may follow the one with True", comma.span)
        span = Span(name.span.start, self._expect(")", opening).span.stop)
        return self._build.piecewise(pieces, span)

    # -- elementary functions without brackets: sin x, sin 2x, sin^2 x

    def _bare(self, name: Token) -> Operand | None:
        """The application that begins at `name`, or None if the name stands for a variable here."""
        power, length = self._bare_power()
        if not self._operand_at(self._peek(length)):
            if self._token.kind == "-" and self._sign_hugs_operand():
                raise self._error(
                    f"'{name.text} -' reads in two ways",
                    Span(name.span.start, self._token.span.stop),
                    f"write {name.text}(-x), or {name.text} - x for a variable of that name",
                )
            return None
        if power is not None and power.startswith("-"):
            raise self._inverse_or_reciprocal(name, power, length)
        for _ in range(length):
            last = self._advance()
        bracket = self._token if self._token.kind == "(" else None
        made = self._call(name) if bracket else self._apply(name)
        if power is not None:
            exponent = self._build.emit(NUMBER, (), last.span, power.lstrip("+")).node
            made = self._build.emit("pow", (made.node, exponent), made.span)
        if not bracket and self._juxtaposed() and self._token.text not in vocabulary.BARE:
            shown = diagnostics.shorten(self._text(made.span))
            self._build.note(f"{shown} ends before '{self._token.text}'", made.span)
        return made

    def _inverse_or_reciprocal(self, name: Token, power: str, length: int) -> ExpressionError:
        span = Span(name.span.start, self._peek(length - 1).span.stop)
        if power != "-1":
            hint = f"write 1/{name.text}(x)**{power[1:]}"
            return self._error(f"'{self._text(span)}' is not in the language", span, hint)
        inverse = f"a{name.text}(x) for the inverse, " if f"a{name.text}" in vocabulary.NAMES else ""
        hint = f"write {inverse}1/{name.text}(x) for the reciprocal"
        return self._error(f"'{self._text(span)}' reads in two ways", span, hint)

    def _bare_power(self) -> tuple[str | None, int]:
        """The whole-number power between the name and its operand and how many tokens it takes."""
        if self._token.kind == "superscript":
            return self._token.text, 1
        if self._token.kind == "**":
            kinds = [self._peek(i).kind for i in range(1, 5)]
            if kinds[0] == "number" and self._peek(1).text.isdigit():
                return self._peek(1).text, 2
            if kinds[:2] == ["-", "number"]:
                return f"-{self._peek(2).text}", 3
            if kinds == ["(", "-", "number", ")"]:
                return f"-{self._peek(3).text}", 5
        return None, 0

    def _operand_at(self, token: Token) -> bool:
        return token.kind in {"name", "number", "√", "("} or (token.kind == "|" and not self._bars)

    def _sign_hugs_operand(self) -> bool:
        sign, after = self._token.span, self._peek()
        before = self._source[sign.start - 1]
        return before.isspace() and after.span.start == sign.stop and self._operand_at(after)

    def _apply(self, name: Token) -> Operand:
        """A function and the operand that follows it: x, x^2, |x|, √x, or a number with one factor, 2x."""
        argument = self._expression(_SIGN)
        if self._build.literal(argument) is not None and self._continues_argument():
            factor = self._expression(_SIGN)
            span = Span(argument.span.start, factor.span.stop)
            argument = self._build.emit("mul", (argument.node, self._build.numeric(factor)), span)
        return self._build.call(name.text, [argument], Span(name.span.start, argument.span.stop))

    def _continues_argument(self) -> bool:
        return self._token.kind == "√" or (self._token.kind == "name" and self._token.text not in vocabulary.BARE)
