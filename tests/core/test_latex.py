"""LaTeX that only shapes text is taken off; what means something stays."""

from __future__ import annotations

import pytest

from reward_server.core.latex import without_shape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "a"),
        (r"\text{a}", "a"),
        (r"\textbf{\emph{a}}", "a"),
        (r"{\rm a}", "a"),
        (r"\boxed{\displaystyle a}", "a"),
        (r"\color{red} a", "a"),
        (r"\textcolor{red}{a}", "a"),
        (r"\begin{array}{l} a \end{array}", "a"),
        (r"$a$ \(a\) \[a\]", "a a a"),
        (r"a~b\,c\;d\quad e\ f", "a b c d e f"),
        (r"a \\ b \\[2pt] c \newline d", "a b c d"),
        (r"50\% \& \#1", "50% & #1"),
        # of a text that was escaped twice
        (r"a\nRoute", "a Route"),
        # these mean something
        (r"\geq 3", r"\geq 3"),
        (r"\frac{1}{2}", r"\frac 1 2"),
        (r"\sqrt{9}", r"\sqrt 9"),
        (r"\textasciitilde 3", r"\textasciitilde 3"),
        # without commands "~" is no LaTeX
        ("~3", "~3"),
        ("\\", "\\"),
    ],
)
def test_what_only_shapes_text_is_gone(text: str, shown: str) -> None:
    assert without_shape(text).split() == shown.split()


def test_line_breaks_stay_line_breaks() -> None:
    shown = without_shape(r"\begin{array}{l} a \\ b \end{array}")
    assert [line.strip() for line in shown.splitlines() if line.strip()] == ["a", "b"]
