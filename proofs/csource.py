"""C source as text: what of it is code, its tokens, its functions.

Code is what is left when comments (and with them contracts and all other annotations) and preprocessor lines are blanked out; every
character stays where it was.
"""
import re
from dataclasses import dataclass

BLANK = re.compile(r"/\*.*?\*/|//[^\n]*|^[ \t]*#(?:[^\n\\]|\\.)*", re.S | re.M)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|[A-Za-z_]\w*'
                   r"|->|<<=|>>=|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[^\s\w]")
CLOSES = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Function:
    name: str
    is_bool: bool
    tokens: tuple  # of the body, without its braces
    start: int  # and where that stands
    end: int


def code_of(text):
    """The text with all that is not code blanked, every character where it was."""
    return BLANK.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def tokens_of(text):
    return [Token(match[0], match.start(), match.end()) for match in TOKEN.finditer(code_of(text))]


def partners(tokens):
    """For each bracket the place of the one that it opens or closes with."""
    pair, stack = {}, []
    for at, token in enumerate(tokens):
        if token.text in CLOSES.values():
            stack.append(at)
        elif token.text in CLOSES and stack:
            pair[at] = stack.pop()
            pair[pair[at]] = at
    return pair


def functions_of(text):
    """Every function that has a body, in order."""
    tokens = tokens_of(text)
    pair = partners(tokens)
    found, at, begin = [], 0, 0
    while at < len(tokens):
        word = tokens[at].text
        if word == "{":
            if at and tokens[at - 1].text == ")" and (name := pair[at - 1] - 1) >= begin:
                returns = {token.text for token in tokens[begin:name]}
                found.append(Function(tokens[name].text, "bool" in returns and "*" not in returns, tuple(tokens[at + 1:pair[at]]),
                                      tokens[at].end, tokens[pair[at]].start))
            at = pair[at]
        if word in ("{", ";"):
            begin = at + 1
        at += 1
    return found
