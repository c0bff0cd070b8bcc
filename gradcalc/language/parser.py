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

from gradcalc.errors import ExpressionError, LimitError, Span
from gradcalc.language import limits, vocabulary
from gradcalc.language.builder import Operand, TapeBuilder
from gradcalc.language.tape import COMPARISONS, CONSTANT, INDEX, NUMBER, VARIABLE, VECTOR, Tape
from gradcalc.language.tokens import Token, tokenize

_CONSTANTS = {"e": "e", "E": "e", "pi": "pi", "π": "pi", "tau": "tau"}
_COMPARE = {sign: op for op, sign in COMPARISONS.items()}
_INFIX = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "**": "pow", "&": "and", "|": "or"}

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_LEVEL = {"|": _OR, "&": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "**": _POWER}
_LEVEL |= dict.fromkeys(_COMPARE, _COMPARISON)

_OPENS = frozenset({"name", "(", "√", "["})


def parse(source: str, names: frozenset[str] = frozenset()) -> Tape:
    """Read a formula. `names` are those the point gives: always variables, never constants or functions.

    Raises `ExpressionError` with a span for what is not a formula and `LimitError` beyond `language.limits`.
    """
    return _Parser(source, names).formula()


class _Parser:
    def __init__(self, source: str, names: frozenset[str]) -> None:
        self._tokens = tokenize(source)
        self._position = 0
        self._depth = 0
        self._bars = 0
        self._names = names
        self._build = TapeBuilder(source)

    # -- the token stream

    @property
    def _token(self) -> Token:
        return self._tokens[self._position]

    def _peek(self, ahead: int = 1) -> Token:
        return self._tokens[min(self._position + ahead, len(self._tokens) - 1)]

    def _advance(self) -> Token:
        token = self._token
        self._position += 1
        return token

    def _expect(self, kind: str, opening: Token) -> Token:
        if self._token.kind == kind:
            return self._advance()
        if self._token.kind == "end":
            raise self._build.error(f"this '{opening.text}' is never closed", opening.span, f"add '{kind}'")
        if self._token.kind == ",":
            raise self._build.error(
                "a comma only separates arguments",
                self._token.span,
                "decimal numbers are written with a point; vectors as [1, 2, 3]",
            )
        raise self._unexpected(self._token)

    def _unexpected(self, token: Token) -> ExpressionError:
        if token.kind == "end":
            if not self._build.source.strip():
                return self._build.error("the formula is empty", token.span, "write for example sin(x**2)")
            return self._build.error("the formula ends too early", token.span, "a number, a name or '(' is missing")
        if token.kind in {")", "]"}:
            return self._build.error(f"this '{token.text}' has no partner", token.span)
        if token.kind == "number":
            return self._build.error("an operator is missing before this number", token.span, "write * for a product")
        return self._build.error(f"'{token.text}' is not expected here", token.span)

    def _descend(self, token: Token) -> None:
        self._depth += 1
        if self._depth > limits.NESTING:
            raise LimitError(
                f"the formula is nested more than {limits.NESTING} deep", source=self._build.source, span=token.span
            )

    # -- the grammar

    def formula(self) -> Tape:
        result = self._expression(0)
        if self._token.kind == ",":
            raise self._build.error(
                "a comma only separates arguments",
                self._token.span,
                "decimal numbers are written with a point; vectors as [1, 2, 3]",
            )
        if self._token.kind != "end":
            raise self._unexpected(self._token)
        return self._build.finish(result)

    def _expression(self, level: int) -> Operand:
        left = self._prefix()
        while True:
            left = self._postfix(left)
            token = self._token
            infix = _LEVEL.get(token.kind)
            if token.kind == "|" and not self._is_or(left):
                if self._bars:
                    return left
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
        if level == _POWER:
            self._descend(sign)
            right = self._expression(_POWER - 1) if self._token.kind not in {"-", "+"} else self._prefix_sign()
            self._depth -= 1
        else:
            right = self._expression(level)
        check = self._build.condition if level in {_OR, _AND} else self._build.numeric
        span = Span(left.span.start, right.span.stop)
        made = self._build.emit(_INFIX[sign.kind], (check(left), check(right)), span)
        return made._replace(open_quotient=sign.kind == "/")

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
        return self._build.instructions[left.node].op in {*COMPARISONS, "and", "or", "not"}

    def _juxtaposed(self) -> bool:
        return self._token.kind in _OPENS or (self._token.kind == "|" and not self._bars)

    def _implicit_product(self, left: Operand) -> Operand:
        if self._token.kind == "[":
            raise self._build.error("an index must follow the vector directly", self._token.span)
        right = self._expression(_PRODUCT)
        span = Span(left.span.start, right.span.stop)
        made = self._build.emit("mul", (self._build.numeric(left), self._build.numeric(right)), span)
        if left.open_quotient:
            text = self._build.text
            self._build.note(f"{text(span)} is read as ({text(left.span)})*{text(right.span)}", span)
        return made

    # -- what an operand begins with

    def _prefix(self) -> Operand:
        token = self._token
        if token.kind in {"-", "+", "~"}:
            return self._prefix_sign()
        self._descend(token)
        operand = self._primary(self._advance())
        self._depth -= 1
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
        self._depth -= 1
        span = Span(sign.span.start, operand.span.stop)
        if sign.kind == "+":
            return Operand(node, span)
        return self._build.emit("neg" if sign.kind == "-" else "not", (node,), span)

    def _primary(self, token: Token) -> Operand:
        match token.kind:
            case "number":
                return self._build.emit(NUMBER, (), token.span, token.text)
            case "name":
                return self._name(token)
            case "(":
                bars, self._bars = self._bars, 0
                inner = self._expression(0)
                self._bars = bars
                closing = self._expect(")", token)
                return Operand(inner.node, Span(token.span.start, closing.span.stop))
            case "|":
                return self._absolute(token)
            case "[":
                return self._vector(token)
            case "√":
                return self._root(token)
            case "∞":
                return self._build.emit(CONSTANT, (), token.span, "infinity")
        raise self._unexpected(token)

    def _absolute(self, bar: Token) -> Operand:
        self._bars += 1
        inner = self._expression(0)
        self._bars -= 1
        if self._token.kind != "|":
            if self._token.kind == "end":
                raise self._build.error("this '|' is never closed", bar.span, "write |x| or abs(x)")
            raise self._unexpected(self._token)
        closing = self._advance()
        return self._build.emit("abs", (self._build.numeric(inner),), Span(bar.span.start, closing.span.stop))

    def _vector(self, bracket: Token) -> Operand:
        entries, closing = self._arguments(bracket, "]")
        if not entries:
            raise self._build.error("a vector needs at least one entry", Span(bracket.span.start, closing.span.stop))
        nodes = tuple(self._build.numeric(entry) for entry in entries)
        return self._build.emit(VECTOR, nodes, Span(bracket.span.start, closing.span.stop))

    def _root(self, sign: Token) -> Operand:
        self._descend(sign)
        operand = self._primary(self._advance()) if self._token.kind != "-" else self._prefix_sign()
        self._depth -= 1
        span = Span(sign.span.start, operand.span.stop)
        made = self._build.emit("sqrt", (self._build.numeric(operand),), span)
        if self._token.kind in {"superscript", "**"}:
            self._build.note(f"the power after {self._build.text(span)} is taken of the root", span)
        return made

    def _postfix(self, operand: Operand) -> Operand:
        while True:
            token = self._token
            span = Span(operand.span.start, token.span.stop)
            if token.kind == "!":
                if self._build.source[token.span.start - 1] == "!":
                    raise self._build.error("x!! is not in the language", span, "for (x!)! write it with brackets")
                self._advance()
                operand = self._build.emit("factorial", (self._build.numeric(operand),), span)
            elif token.kind == "superscript":
                self._advance()
                exponent = self._signed_integer(token)
                operand = self._build.emit("pow", (self._build.numeric(operand), exponent), span)
            elif token.kind == "[" and token.span.start == operand.span.stop and self._indexable(operand):
                operand = self._index(operand, self._advance())
            else:
                return operand

    def _indexable(self, operand: Operand) -> bool:
        return self._build.instructions[operand.node].op != NUMBER

    def _index(self, operand: Operand, bracket: Token) -> Operand:
        position = self._token
        if position.kind != "number" or not position.text.isdigit():
            raise self._build.error("an index is a whole number from 0", position.span, "write x[0], x[1], ...")
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
                raise self._build.error(
                    f"'{name}' is a variable here, the point gives it a value",
                    token.span,
                    f"for a product write {name}*(...)",
                )
            return self._build.emit(VARIABLE, (), token.span, name)
        if following.kind == "(":
            return self._call(token)
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
            raise self._build.error(
                f"'{name.text}' is a constant, not a function", name.span, f"for a product write {name.text}*(...)"
            )
        self._build.require_function(name.text, name.span)
        bars, self._bars = self._bars, 0
        arguments, closing = self._arguments(opening, ")")
        self._bars = bars
        return self._build.call(name.text, arguments, Span(name.span.start, closing.span.stop))

    def _arguments(self, opening: Token, closing: str) -> tuple[list[Operand], Token]:
        arguments: list[Operand] = []
        while self._token.kind != closing or arguments:
            arguments.append(self._expression(0))
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
                raise self._build.error("Piecewise takes pairs (value, condition)", inner.span)
            self._advance()
            value = self._expression(0)
            if self._token.kind != ",":
                raise self._build.error("Piecewise takes pairs (value, condition)", value.span)
            self._advance()
            if self._token.text in {"True", "true"}:
                self._advance()
                pieces.append((value, None))
            else:
                pieces.append((value, self._expression(0)))
            self._expect(")", inner)
            if self._token.kind != ",":
                break
            self._advance()
        span = Span(name.span.start, self._expect(")", opening).span.stop)
        return self._nested_where(pieces, span)

    def _nested_where(self, pieces: list[tuple[Operand, Operand | None]], span: Span) -> Operand:
        otherwise: Operand | None = None
        for value, condition in reversed(pieces):
            if condition is None:
                otherwise = value
                continue
            if otherwise is None:
                otherwise = self._build.emit(CONSTANT, (), span, "undefined")
            args = (self._build.condition(condition), self._build.numeric(value), self._build.numeric(otherwise))
            otherwise = self._build.emit("where", args, span)
        assert otherwise is not None, "there is at least one piece"
        return Operand(self._build.numeric(otherwise), span)

    # -- elementary functions without brackets: sin x, sin 2x, sin^2 x

    def _bare(self, name: Token) -> Operand | None:
        """The application that begins at `name`, or None if the name stands for a variable here."""
        power, length = self._bare_power()
        if not self._operand_at(self._peek(length)):
            if self._token.kind == "-" and self._sign_hugs_operand():
                raise self._build.error(
                    f"'{name.text} -' reads in two ways",
                    Span(name.span.start, self._token.span.stop),
                    f"write {name.text}(-x), or {name.text} * ... for a variable of that name",
                )
            return None
        if power is not None and power.startswith("-"):
            end = self._peek(length - 1).span.stop
            inverse = f"a{name.text}(x) for the inverse, " if f"a{name.text}" in vocabulary.NAMES else ""
            raise self._build.error(
                f"'{self._build.text(Span(name.span.start, end))}' reads in two ways",
                Span(name.span.start, end),
                f"write {inverse}1/{name.text}(x) for the reciprocal",
            )
        exponent = None
        if power is not None:
            exponent = self._build.emit(NUMBER, (), self._peek(length - 1).span, power).node
        for _ in range(length):
            self._advance()
        argument = self._bare_argument()
        span = Span(name.span.start, argument.span.stop)
        made = self._build.call(name.text, [argument], span)
        if exponent is not None:
            made = self._build.emit("pow", (made.node, exponent), span)
        if self._juxtaposed() and self._token.text not in vocabulary.BARE:
            self._build.note(f"{self._build.text(span)} ends before '{self._token.text}'", span)
        return made

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
        before = self._build.source[sign.start - 1]
        return before.isspace() and after.span.start == sign.stop and self._operand_at(after)

    def _bare_argument(self) -> Operand:
        first = self._expression(_SIGN)
        if self._build.literal(first) is not None and self._token.kind in {"name", "√"}:
            second = self._expression(_SIGN)
            span = Span(first.span.start, second.span.stop)
            return self._build.emit("mul", (first.node, self._build.numeric(second)), span)
        return first
