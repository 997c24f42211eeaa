"""The formula of a campaign's total: a small language of its own, so that nothing but arithmetic can be written.

    笔试 × 40% + 体能 × 20% + 面试 × 40% + 加分
    trimmed(interview, interview2, interview3) * 0.5 + max(written, written2) / 120 * 100 * 50% + cap(bonus, 5)

Numbers are exact fractions until the end, so no rounding hides in between. What a name stands for is the caller's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem

MAX_LENGTH = 400
MAX_DEPTH = 24
HUNDRED = Fraction(100)
CENT = Decimal("0.01")

Span = tuple[Fraction, Fraction]


class FormulaError(ValueError):
    """A formula that cannot be read, or not be reckoned; `problem` says where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def half_up(value: Decimal | Fraction) -> Decimal:
    """Two decimals, half up (so 84.125 becomes 84.13)."""
    if isinstance(value, Decimal):
        return value.quantize(CENT, rounding=ROUND_HALF_UP)
    sign = -1 if value < 0 else 1
    cents = (abs(value) * 200 + 1) // 2
    return Decimal(sign * int(cents)).scaleb(-2)


# The functions: under each name the words that may be written, the fewest and the most arguments.


@dataclass(frozen=True)
class Function:
    words: tuple[str, ...]
    fewest: int
    most: int
    reckon: Callable[[list[Fraction]], Fraction]


def _mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _trimmed(values: list[Fraction]) -> Fraction:
    """The mean without the highest and the lowest."""
    return _mean(sorted(values)[1:-1])


def _rounded(values: list[Fraction]) -> Fraction:
    return Fraction(half_up(values[0]))


MANY = 40
FUNCTIONS = {
    "max": Function(("max", "最高", "最大", "最高分"), 1, MANY, max),
    "min": Function(("min", "最低", "最小", "最低分"), 1, MANY, min),
    "average": Function(("average", "avg", "mean", "平均", "平均分"), 1, MANY, _mean),
    "trimmed": Function(("trimmed", "去最高最低平均", "去高低分平均"), 3, MANY, _trimmed),
    "sum": Function(("sum", "合计", "总和"), 1, MANY, lambda values: sum(values, Fraction(0))),
    "cap": Function(("cap", "封顶"), 2, 2, min),
    "least": Function(("least", "保底"), 2, 2, max),
    "round": Function(("round", "四舍五入"), 1, 1, _rounded),
}
WORDS = {word: name for name, function in FUNCTIONS.items() for word in function.words}


# The tree


@dataclass(frozen=True)
class Number:
    value: Fraction
    text: str


@dataclass(frozen=True)
class Name:
    """A step, an item or a bonus; `at`: where it stands, counted from 1."""

    word: str
    at: int


@dataclass(frozen=True)
class Minus:
    of: Node


@dataclass(frozen=True)
class Operation:
    sign: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | Minus | Operation | Call


def names(node: Node) -> Iterator[Name]:
    """Every name in it, as often as it stands there."""
    if isinstance(node, Name):
        yield node
    for child in _children(node):
        yield from names(child)


def _children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Minus):
        return (node.of,)
    if isinstance(node, Operation):
        return (node.left, node.right)
    return node.arguments if isinstance(node, Call) else ()


def renamed(node: Node, word: Callable[[Name], str]) -> Node:
    """The same tree with each name put as `word` says."""
    if isinstance(node, Name):
        return Name(word(node), node.at)
    if isinstance(node, Minus):
        return Minus(renamed(node.of, word))
    if isinstance(node, Operation):
        return Operation(node.sign, renamed(node.left, word), renamed(node.right, word), node.at)
    if isinstance(node, Call):
        return Call(node.function, tuple(renamed(a, word) for a in node.arguments))
    return node


# Reading

TOKEN = re.compile(
    r"\s*(?:(?P<quoted>“[^”]*”|\"[^\"]*\"|「[^」]*」|\[[^\]]*\])"
    r"|(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<percent>\s*%)?(?![\w.])"
    r"|(?P<name>\w*[^\W\d]\w*)"
    r"|(?P<sign>[-+*/(),]))"
)
STOPS = " \t\r\n。．.;；"
HEADING = re.compile(r"\s*[^\W\d]\w*\s*=")  # 总成绩 = …
SIGNS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "、": ",", ";": ","})


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


def _plain(text: str) -> str:
    """Full-width characters as half-width ones, one for one, so that places stay where they are."""
    narrow = (unicodedata.normalize("NFKC", c) for c in text)
    return "".join(n if len(n) == 1 else c for n, c in zip(narrow, text, strict=True))


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    plain = _plain(text)
    heading = HEADING.match(plain)
    at, end, outside = heading.end() if heading else 0, len(plain.rstrip(STOPS)), _signs_outside_quotes(plain)
    while at < end:
        match = TOKEN.match(outside, at)
        if match is None:
            at += len(outside[at:]) - len(outside[at:].lstrip())
            raise _unreadable(plain, at)
        kind = match.lastgroup if match.lastgroup != "percent" else "number"
        part = match[kind or "sign"]
        start = match.start(kind or "sign")
        part = plain[start + 1 : match.end("quoted") - 1].strip() if kind == "quoted" else part
        token = Token("name" if kind == "quoted" else str(kind), part + ("%" if match["percent"] else ""), start)
        if kind == "name" and found and found[-1].kind == "name":  # “written test”, as the label has it
            token = Token("name", f"{found.pop().text} {token.text}", start)
        found.append(token)
        at = match.end()
    return found


def _signs_outside_quotes(plain: str) -> str:
    """“4×10米折返跑” keeps its ×; elsewhere × is a sign."""
    parts = re.split(r"(“[^”]*”|\"[^\"]*\"|「[^」]*」|\[[^\]]*\])", plain)
    return "".join(part if n % 2 else part.translate(SIGNS) for n, part in enumerate(parts))


def _unreadable(text: str, at: int) -> FormulaError:
    names = {"part": text[at : at + 12], "at": at + 1}
    message = _("The formula cannot be read at character %(at)d: “%(part)s”.") % names
    hint = _("Names of steps and items, numbers, + - × ÷ %, brackets and functions such as max( , ) are possible.")
    return FormulaError(Problem("formula_unreadable", message, field="formula", hint=hint))


class _Reader:
    """A reader that goes down the grammar: sums of products of signs, functions, names and numbers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.next = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self.sum()
        if self.next < len(self.tokens):
            raise self.unexpected()
        return node

    def peek(self, *signs: str) -> bool:
        if self.next >= len(self.tokens):
            return False
        token = self.tokens[self.next]
        return token.kind == "sign" and token.text in signs

    def take(self) -> Token:
        if self.next >= len(self.tokens):
            raise self.unexpected()
        self.next += 1
        return self.tokens[self.next - 1]

    def unexpected(self) -> FormulaError:
        if self.next < len(self.tokens):
            return _unreadable(self.text, self.tokens[self.next].at)
        message = _("The formula ends too early: something is missing after “%(part)s”.") % {"part": self.text[-12:]}
        return FormulaError(Problem("formula_unfinished", message, field="formula"))

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = _("The brackets of the formula are nested too deeply.")
            raise FormulaError(Problem("formula_too_deep", message, field="formula"))
        node = self.product()
        while self.peek("+", "-"):
            sign = self.take()
            node = Operation(sign.text, node, self.product(), sign.at + 1)
        self.depth -= 1
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.peek("*", "/"):
            sign = self.take()
            node = Operation(sign.text, node, self.signed(), sign.at + 1)
        return node

    def signed(self) -> Node:
        negative = False
        while self.peek("-", "+"):
            negative ^= self.take().text == "-"
        node = self.atom()
        return Minus(node) if negative else node

    def atom(self) -> Node:
        if self.peek("("):
            self.take()
            node = self.sum()
            self.close()
            return node
        token = self.take()
        if token.kind == "number":
            value = Fraction(token.text.rstrip("%").strip())
            return Number(value / HUNDRED if token.text.endswith("%") else value, token.text.replace(" ", ""))
        if token.kind != "name" or not token.text:
            self.next -= 1
            raise self.unexpected()
        return self.call(token) if self.peek("(") else Name(token.text, token.at + 1)

    def close(self) -> None:
        if not self.peek(")"):
            raise self.unexpected()
        self.take()

    def call(self, token: Token) -> Node:
        function = WORDS.get(token.text.casefold())
        if function is None:
            message = _("The formula names a function that does not exist at character %(at)d: “%(part)s”.")
            hint = ", ".join(FUNCTIONS)
            problem = Problem("formula_function", message % {"at": token.at + 1, "part": token.text}, "formula", hint)
            raise FormulaError(problem)
        self.take()
        arguments = [self.sum()]
        while self.peek(","):
            self.take()
            arguments.append(self.sum())
        self.close()
        self.check_count(token, FUNCTIONS[function], len(arguments))
        return Call(function, tuple(arguments))

    def check_count(self, token: Token, function: Function, count: int) -> None:
        if function.fewest <= count <= function.most:
            return
        message = _("“%(part)s” at character %(at)d takes %(fewest)d to %(most)d values; there are %(count)d.")
        names = {"part": token.text, "at": token.at + 1, "count": count}
        names |= {"fewest": function.fewest, "most": function.most}
        raise FormulaError(Problem("formula_arguments", message % names, field="formula"))


def parse(text: str) -> Node:
    """The tree of a formula as typed. Raises `FormulaError`."""
    if len(text) > MAX_LENGTH:
        message = _("A formula has at most %(most)d characters.") % {"most": MAX_LENGTH}
        raise FormulaError(Problem("formula_too_long", message, field="formula"))
    return _Reader(text).whole()


# Reckoning


def evaluate(node: Node, values: Mapping[str, Fraction]) -> Fraction:
    """What it comes to; a name without a value counts nothing. Raises `FormulaError` for a division by zero."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return values.get(node.word, Fraction(0))
    if isinstance(node, Minus):
        return -evaluate(node.of, values)
    if isinstance(node, Call):
        return FUNCTIONS[node.function].reckon([evaluate(a, values) for a in node.arguments])
    left, right = evaluate(node.left, values), evaluate(node.right, values)
    if node.sign == "/":
        if not right:
            raise FormulaError(divides_by_zero(node))
        return left / right
    return left + right if node.sign == "+" else left - right if node.sign == "-" else left * right


def divides_by_zero(node: Operation) -> Problem:
    message = _("The formula can divide by zero at character %(at)d: “%(part)s” may be 0.")
    names = {"at": node.at, "part": printed(node.right)}
    return Problem("formula_divides_by_zero", message % names, field="formula")


def span(node: Node, spans: Mapping[str, Span]) -> Span:
    """The least and the most it can come to. Raises `FormulaError` where a divisor may be zero."""
    if isinstance(node, Number):
        return node.value, node.value
    if isinstance(node, Name):
        return spans.get(node.word, (Fraction(0), HUNDRED))
    if isinstance(node, Minus):
        low, high = span(node.of, spans)
        return -high, -low
    if isinstance(node, Call):
        found = [span(a, spans) for a in node.arguments]
        reckon = FUNCTIONS[node.function].reckon  # each of them never falls while an argument rises
        return reckon([low for low, _high in found]), reckon([high for _low, high in found])
    return _span_of(node, span(node.left, spans), span(node.right, spans))


def _span_of(node: Operation, left: Span, right: Span) -> Span:
    if node.sign == "+":
        return left[0] + right[0], left[1] + right[1]
    if node.sign == "-":
        return left[0] - right[1], left[1] - right[0]
    if node.sign == "/":
        if right[0] <= 0 <= right[1]:
            raise FormulaError(divides_by_zero(node))
        right = (1 / right[1], 1 / right[0])
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)


# Printing

_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}
_PRINTED = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_LABELS = {
    "max": _("highest"),
    "min": _("lowest"),
    "average": _("average"),
    "trimmed": _("average without highest and lowest"),
    "sum": _("sum"),
    "cap": _("capped at"),
    "least": _("no less than"),
    "round": _("rounded"),
}


def printed(node: Node, label: Callable[[str], str] = str) -> str:
    """The formula as people read it, names as `label` says."""
    return _printed(node, label, 0)


def _printed(node: Node, label: Callable[[str], str], binds: int) -> str:
    if isinstance(node, Number):
        return node.text
    if isinstance(node, Name):
        return label(node.word)
    if isinstance(node, Minus):
        return f"−{_printed(node.of, label, 3)}"
    if isinstance(node, Call):
        arguments = ", ".join(_printed(a, label, 0) for a in node.arguments)
        return f"{_LABELS[node.function]}({arguments})"
    mine = _BINDS[node.sign]
    # a − (b − c) keeps its brackets: the right side binds tighter.
    left, right = _printed(node.left, label, mine), _printed(node.right, label, mine + 1)
    text = f"{left} {_PRINTED[node.sign]} {right}"
    return f"({text})" if mine < binds else text
