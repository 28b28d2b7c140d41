r"""LaTeX that only shapes text, taken off: ``\text{Line 1} \\`` -> ``Line 1`` and a line break.

What is left of commands behind it has a meaning: ``\geq 3`` is not 3.
"""

from __future__ import annotations

import re
from typing import Final

#: Commands that say how a text looks. Their arguments stay, but for that of a colour.
_SHAPING: Final = frozenset(
    "text textbf textit textrm textsf texttt textsc textup textsl textnormal mathrm mathbf mathit "
    "mathsf mathtt mathnormal boldsymbol bm pmb mbox hbox operatorname underline uline emph rm bf "
    "it tt sf sc em bfseries itshape ttfamily normalfont displaystyle textstyle scriptstyle tiny "
    "scriptsize footnotesize small normalsize large Large LARGE huge Huge left right big Big bigl "
    "bigr Bigl Bigr boxed fbox framebox color textcolor centering noindent limits nolimits".split()
)
_BLANKS: Final = frozenset("quad qquad enspace thinspace space hspace nobreakspace".split())
_BREAKS: Final = frozenset("newline linebreak par hfill begin end n r".split())

# command = "\" ( letters | any sign ) [ "*" ]; "\\" may have a distance: "\\[2pt]"
_COMMAND: Final = re.compile(r"\\(?:([A-Za-z]++)\*?|\\(?:\[[\d.]{1,9}+[a-z]{2}\])?|([\s\S]))")
# of some commands the first argument is no text: a colour, a width, the name of an environment
_ARGUMENT: Final = re.compile(
    r"(\\(?:color|textcolor|begin|end|hspace))\s*+\{[^{}]*+\}(?:\{[lcr|]*+\})?"
)
_OUTSIDE: Final = str.maketrans("${}", "   ")


def without_shape(text: str) -> str:
    """A text without commands that only shape it; braces and dollars are blanks.

    In what has commands ``~`` is a blank too; those that mean something stay as they are.
    """
    if "\\" in text:
        text = _COMMAND.sub(_shaped, _ARGUMENT.sub(r"\1", text)).replace("~", " ")
    return text.translate(_OUTSIDE)


def _shaped(command: re.Match[str]) -> str:
    """What a command stands for."""
    name, sign = command[1], command[2]
    if name is not None:
        return _named(name)
    if sign is None:
        return "\n"
    if sign in '&_#%${}"':
        return sign
    return " " if sign in ",;:! ()[]\n\t" else command[0]


def _named(name: str) -> str:
    """What a command of letters stands for."""
    if name in _SHAPING:
        return ""
    if name in _BLANKS:
        return " "
    if name in _BREAKS:
        return "\n"
    # of a text that was escaped twice: "\nRoute Name"
    return "\n" + name[1:] if name[0] == "n" and name[1:2].isupper() else "\\" + name
