"""Source mutants: small mistakes made in the code of C functions, one at a time, by rule.

Only code is changed: comments, and with them contracts and all other annotations, preprocessor lines and strings stay as they are.
What is made is text: whether it compiles, and whether anybody notices, is for source_mutants.py to find out.
"""
import re
from dataclasses import dataclass

from csource import CLOSES, code_of, functions_of, partners

NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)")
NAMED = re.compile(r"[A-Z][A-Z0-9_]+")
TYPE = re.compile(r"const|static|volatile|register|unsigned|signed|void|bool|char|short|int|long|struct|enum|union|\w+_t")
KEYWORDS = {"if", "else", "while", "for", "do", "switch", "case", "default", "return", "break", "continue", "goto", "sizeof"}

# The operator and what stands in its place. For a comparison the two that differ from it in one of the three cases less, equal and
# greater, and for an equality its opposite too: what notices these notices every other comparison.
RELATIONS = {"<": ("<=", "!="), ">": (">=", "!="), "<=": ("<", "=="), ">=": (">", "=="),
             "==": ("!=", "<=", ">="), "!=": ("==", "<", ">")}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "|",
              "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "%=": "/=", "<<=": ">>=", ">>=": "<<=", "&=": "|=", "|=": "&=",
              "^=": "|=", "++": "--", "--": "++"}
LOGIC = {"&&": "||", "||": "&&"}


@dataclass(frozen=True)
class Mutant:
    file: str
    function: str
    line: int
    operator: str
    old: str  # the lines that change, each run of spaces as one
    new: str
    text: str  # of the whole file


def is_word(token):
    return token.text[0].isalpha() or token.text[0] == "_"


def is_cast(tokens, pair, at):
    """Whether the bracket at this place closes a type."""
    inner = tokens[pair[at] + 1:at]
    return bool(inner) and all(TYPE.fullmatch(t.text) or t.text == "*" or (k and inner[k - 1].text in ("struct", "enum", "union"))
                               for k, t in enumerate(inner))


def has_operand_before(tokens, pair, at):
    """Whether the operator at this place is one of two operands."""
    if at == 0:
        return False
    before = tokens[at - 1]
    if before.text == ")":
        return not is_cast(tokens, pair, at - 1)
    named_type = TYPE.fullmatch(before.text) or (at > 1 and tokens[at - 2].text in ("struct", "enum", "union"))
    return before.text == "]" or (before.text[0].isalnum() or before.text[0] == "_") and before.text not in KEYWORDS and not named_type


def operators(body, _function):
    """Relational, arithmetic and logical operators."""
    pair = partners(body)
    for at, token in enumerate(body):
        both = has_operand_before(body, pair, at)
        if both:
            for new in RELATIONS.get(token.text, ()):
                yield "relation", token.start, token.end, new
        if token.text in ARITHMETIC and (both or token.text in ("++", "--")):
            yield "arithmetic", token.start, token.end, ARITHMETIC[token.text]
        elif token.text in ("~", "-") and not both:
            yield "arithmetic", token.start, token.end, " "
        elif token.text in LOGIC:
            yield "condition", token.start, token.end, LOGIC[token.text]
        elif token.text == "!":
            yield "condition", token.start, token.end, " "


def constants(body, _function):
    """Numbers and named constants one more and one less, true for false."""
    for at, token in enumerate(body):
        number = NUMBER.fullmatch(token.text)
        if number:
            value = int(number[1], 0)
            for other in (value + 1, value - 1):
                if other >= 0:
                    yield "constant", token.start, token.end, f"{other}{number[2]}"
        elif token.text in ("true", "false"):
            yield "constant", token.start, token.end, "false" if token.text == "true" else "true"
        elif NAMED.fullmatch(token.text) and token.text != "NULL" and (at + 1 == len(body) or body[at + 1].text != "("):
            yield "constant", token.start, token.end, f"({token.text} + 1)"
            yield "constant", token.start, token.end, f"({token.text} - 1)"


def choice_start(body, pair, at):
    """Where the condition of the choice (?:) at this place begins."""
    at -= 1
    while at >= 0:
        word = body[at].text
        if word in CLOSES:
            at = pair[at]
        elif word in ("=", "return", "(", "[", "{", "}", ",", ";", "?", ":") or (word.endswith("=") and word[0] not in "<>=!"):
            return at + 1
        at -= 1
    return 0


def condition_of_for(body, pair, at):
    """First and last place of the condition of the loop whose bracket opens here; empty when it has none."""
    ends, k = [], at + 1
    while k < pair[at]:
        if body[k].text in CLOSES.values():
            k = pair[k]
        elif body[k].text == ";":
            ends.append(k)
        k += 1
    return ends[0] + 1, ends[1] - 1


def conditions(body, function):
    """Every condition, and what a function of two values returns, the other way round."""
    pair = partners(body)
    for at, token in enumerate(body):
        first, last = 0, -1
        if token.text in ("if", "while"):
            first, last = at + 2, pair[at + 1] - 1
        elif token.text == "for":
            first, last = condition_of_for(body, pair, at + 1)
        elif token.text == "?":
            first, last = choice_start(body, pair, at), at - 1
        elif token.text == "return" and function.is_bool:
            first, last = at + 1, next(k for k in range(at, len(body)) if body[k].text == ";") - 1
        if first <= last:
            yield "condition", body[first].start, body[last].end, ("!(", ")")


def starts_statement(body, pair, at):
    """Whether a statement begins at this place (a loop's own semicolons lie within brackets and are not asked about)."""
    if at == 0:
        return True
    before = body[at - 1].text
    if before == ")":
        opens = pair[at - 1]
        return opens > 0 and body[opens - 1].text in ("if", "while", "for", "switch")
    if before == ":":
        return any(t.text in ("case", "default") for t in body[max(0, at - 4):at])
    return before in ("{", "}", ";", "else", "do")


def is_declaration(body, at):
    return bool(TYPE.fullmatch(body[at].text)) or (is_word(body[at]) and body[at].text not in KEYWORDS and is_word(body[at + 1]))


def statements(body, _function):
    """Statements without others in them left out; declarations, and values thrown away, stay."""
    pair = partners(body)
    depth = 0
    for at, token in enumerate(body):
        depth += (token.text in "([") - (token.text in ")]")
        jump = token.text in ("return", "break", "continue", "goto")
        starts = depth == (token.text == "(") and starts_statement(body, pair, at)
        if not starts or token.text in "{};" or (token.text in KEYWORDS and not jump) or is_declaration(body, at):
            continue
        end = next((k for k in range(at, len(body)) if body[k].text in ("{", ";")), None)
        thrown_away = [t.text for t in body[at:at + 3]] == ["(", "void", ")"]
        if end is not None and body[end].text == ";" and end > at and not thrown_away:
            yield "statement", token.start, body[end].end, ";"


def arguments(body, _function):
    """Neighbouring arguments of a call the other way round."""
    pair = partners(body)
    for at, token in enumerate(body[:-1]):
        if not is_word(token) or token.text in KEYWORDS or body[at + 1].text != "(":
            continue
        parts, begin, k = [], at + 2, at + 2
        while k <= pair[at + 1]:
            if body[k].text in CLOSES.values():
                k = pair[k]
            elif body[k].text == "," or k == pair[at + 1]:
                parts.append((begin, k - 1))
                begin = k + 1
            k += 1
        for (a, b), (c, d) in zip(parts, parts[1:]):
            if [t.text for t in body[a:b + 1]] != [t.text for t in body[c:d + 1]]:
                yield "arguments", body[a].start, body[d].end, (body[a].start, body[b].end, body[c].start, body[d].end)


RULES = (operators, constants, conditions, statements, arguments)


def replacement(text, start, end, new):
    """What stands in the place of text[start:end]: new itself, or the text in brackets, or its two ends swapped."""
    if isinstance(new, str):
        return new
    if len(new) == 2:
        return new[0] + text[start:end] + new[1]
    a, b, c, d = new
    return text[c:d] + text[b:c] + text[a:b]


def lines_about(text, start, end):
    """The whole lines that hold text[start:end], each run of spaces as one."""
    return " ".join(text[text.rfind("\n", 0, start) + 1:(text + "\n").find("\n", end)].split())


def mutants_of(file, text):
    """Every mutant of a file's functions, in the order of the text."""
    blank = code_of(text)
    found = {}
    for function in functions_of(text):
        for rule in RULES:
            for operator, start, end, new in rule(list(function.tokens), function):
                other = replacement(text, start, end, new)
                changed = text[:start] + other + text[end:]
                if blank[start:end] == text[start:end] and other != text[start:end]:  # no comment within
                    found.setdefault(changed, (start, Mutant(file, function.name, text.count("\n", 0, start) + 1, operator,
                                                             lines_about(text, start, end),
                                                             lines_about(changed, start, start + len(other)), changed)))
    return [mutant for _, mutant in sorted(found.values(), key=lambda pair: pair[0])]
