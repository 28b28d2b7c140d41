"""Where in a completion its answer stands: behind thinking, inside wrappers, before end tokens.

    mark = bracket name [ attributes ] bracket      brackets: < >  [ ]  ◁ ▷

A mark is known by its first bracket and its name in lower case, whatever its attributes. All that
are known stand in the tables below, one line a mark: to read another model's marks is to add one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, final

from .budget import MARK_STEPS, Budget
from .model import ParseFailure, Record

#: Thinking: what stands between is never an answer. Any closing mark closes, whatever opened.
THINKING: Final = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<analysis>", "</analysis>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<seed:think>", "</seed:think>"),
    ("<longcat_think>", "</longcat_think>"),
    ("◁think▷", "◁/think▷"),
    ("[think]", "[/think]"),
    ("<|think|>", "<|/think|>"),
    ("<|thinking|>", "<|/thinking|>"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|begin_of_thinking|>", "<|end_of_thinking|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
)
#: The answer stands between: the last of them counts.
_ANSWER: Final = (
    ("<answer>", "</answer>"),
    ("<|begin_of_solution|>", "<|end_of_solution|>"),
    ("<|start_response|>", "<|end_response|>"),
)
#: Another way to write ``\boxed{}``.
_BOX: Final = (("<|begin_of_box|>", "<|end_of_box|>"),)
#: What opens the next turn: what follows is another's, or of another turn.
_TURNS: Final = (
    "<|im_start|>",
    "<|start_header_id|>",
    "<start_of_turn>",
    "<|start|>",
    "<|start_of_turn_token|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<|observation|>",
    "<｜user｜>",
    "<｜assistant｜>",
    "[inst]",
)
#: What ends a text or pads it. Any other ``<|…|>`` and ``<｜…｜>`` is a token that stands for none.
END_TOKENS: Final = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "<|end|>",
    "<|return|>",
    "<｜end▁of▁sentence｜>",
    "</s>",
    "<s>",
    "<eos>",
    "<bos>",
    "<pad>",
    "<unk>",
    "<eod>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "[eos]",
    "[bos]",
    "[pad]",
    "[end]",
    "[/inst]",
)
#: HTML that breaks a line, and HTML that only shapes text.
_BREAKS: Final = ("<br>", "</br>", "<br/>", "<p>", "</p>", "<li>", "</li>", "<ul>", "</ul>")
_SHAPES: Final = ("b", "strong", "i", "em", "u", "code", "span", "font", "center")

_OPENS_THINKING: Final = 0
_CLOSES_THINKING: Final = 1
_OPENS_ANSWER: Final = 2
_CLOSES_ANSWER: Final = 3
_OPENS_TURN: Final = 4
#: Marks from here on stand for the text in ``_STANDS_FOR``.
_STANDS: Final = 5
_STANDS_FOR: Final = ("\\boxed{", "}", "\n", "")
_BOX_OPENS: Final = 5
_BOX_CLOSES: Final = 6
_BREAK: Final = 7
_NOTHING: Final = 8


def _table() -> dict[str, int]:
    table = {mark: _OPENS_THINKING for mark, _ in THINKING}
    table |= {mark: _CLOSES_THINKING for _, mark in THINKING}
    table |= {mark: _OPENS_ANSWER for mark, _ in _ANSWER}
    table |= {mark: _CLOSES_ANSWER for _, mark in _ANSWER}
    table |= {mark: _BOX_OPENS for mark, _ in _BOX}
    table |= {mark: _BOX_CLOSES for _, mark in _BOX}
    table |= dict.fromkeys(_TURNS, _OPENS_TURN)
    table |= dict.fromkeys((*END_TOKENS, *_BREAKS), _BREAK)
    table |= {mark: _NOTHING for name in _SHAPES for mark in (f"<{name}>", f"</{name}>")}
    return table


_MARKS: Final[Mapping[str, int]] = _table()
# mark = channel | "<" any but brackets ">" | "[" letters "]" | "◁" any but brackets "▷"
# channel = [ "<|start|>assistant" ] "<|channel|>" name "<|message|>"
_MARK: Final = re.compile(
    # a set in front of all, by which the characters that begin no mark are quickly passed
    r"[<\[◁](?:(?<=<)(?:"
    r"(?i:(?:\|start\|>assistant<)?(\|channel\|>)\s*+(\w++)[^<\n]*+(<\|message\|>))|[^<>\n]++>)"
    r"|(?<=\[)/?[A-Za-z]{3,8}+\]|(?<=◁)[^◁▷\n]++▷)"
)
# role = the word behind the token that opens a turn, with the token that ends it
_ROLE: Final = re.compile(
    r"[ \t]*+(?:(?:assistant|model)(?![a-z]))?(?:<\|end_header_id\|>)?\s*+", re.IGNORECASE
)
_THINK: Final = "<think>"
_THOUGHT: Final = "</think>"


@final
class Region(Record):
    """The part of a completion that may hold the answer.

    ``text``: that part, its marks taken out. ``thought``: how many characters of the completion
    are thinking, and what stands before it. ``cut``: a mark was opened and never closed.
    """

    _fields = ("text", "thought", "cut")
    __slots__ = _fields

    def __init__(self, text: str, thought: int = 0, cut: bool = False) -> None:
        self.text: Final = text
        self.thought: Final = thought
        self.cut: Final = cut


def answer_region(completion: str, budget: Budget) -> Region:
    """The inside of the last ``<answer>`` behind all thinking, else all that follows the thinking.

    Empty where thinking is never closed. Tokens that end or pad a text are taken out wherever they
    stand, and so is HTML that shapes it; what follows the opening of a new turn is not looked at.
    """
    if "[" not in completion and "◁" not in completion:
        first = completion.find("<")
        if first < 0:
            return Region(completion)
        # most often: one thinking, and no other mark
        if completion.startswith(_THINK):
            first = completion.find("<", len(_THINK))
        end = first + len(_THOUGHT)
        if first >= 0 and completion[first:end] == _THOUGHT and completion.find("<", end) < 0:
            return Region(completion[end:], end)
    reader = _Reader(completion)
    for mark in _MARK.finditer(completion):
        kind = _kind(mark[0] if mark.lastindex is None else f"<{mark[1]}{mark[2]}{mark[3]}")
        if kind >= 0:
            budget.spend(MARK_STEPS)
            if reader.take(kind, mark.start(), mark.end()):
                break
    return reader.region()


def _kind(mark: str) -> int:
    """What a mark is, -1 for none that is known."""
    mark = mark.lower()
    kind = _MARKS.get(mark, -1)
    if kind >= 0 or mark[0] != "<":
        return kind
    if mark[1] in "|｜" and mark[-2] in "|｜":
        return _NOTHING
    # attributes, but a mark that closes itself opens nothing
    name, blank, attributes = mark.partition(" ")
    if not blank:
        return -1
    kind = _MARKS.get(name + ">", -1)
    return -1 if attributes.endswith("/>") and kind < _BREAK else kind


class _Reader:
    """Goes through the marks of a completion and keeps what may be its answer."""

    __slots__ = ("_closed", "_completion", "_cut", "_here", "_pieces", "_thinking", "_thought")

    def __init__(self, completion: str) -> None:
        self._completion = completion
        self._pieces: list[str] = []
        self._here = 0
        self._thinking = self._closed = self._cut = False
        self._thought = 0

    def take(self, kind: int, start: int, end: int) -> bool:
        """Take in the text before a mark, and the mark; whether what follows is another's."""
        reading = not self._thinking and not self._closed
        if reading and start > self._here:
            self._pieces.append(self._completion[self._here : start])
        self._here = end
        if kind == _CLOSES_THINKING:
            # all that was before it is forgotten
            self._pieces.clear()
            self._thinking = self._closed = self._cut = False
            self._thought = end
        elif kind == _OPENS_THINKING:
            self._thinking = True
        elif kind == _OPENS_TURN:
            if self._thinking or self._closed or any(not piece.isspace() for piece in self._pieces):
                self._here = len(self._completion)
                return True
            role = _ROLE.match(self._completion, end)
            self._here = role.end() if role else end
        elif self._thinking:
            return False
        elif kind == _OPENS_ANSWER:
            self._pieces.clear()
            self._cut, self._closed = True, False
        elif kind == _CLOSES_ANSWER:
            # without an opening one the first that closes ends the answer
            self._closed, self._cut = True, False
        elif reading and _STANDS_FOR[kind - _STANDS]:
            self._pieces.append(_STANDS_FOR[kind - _STANDS])
        return False

    def region(self) -> Region:
        if self._thinking:
            return Region("", len(self._completion), cut=True)
        if self._here == 0:
            return Region(self._completion)
        if not self._closed:
            self._pieces.append(self._completion[self._here :])
        return Region("".join(self._pieces), self._thought, self._cut)


def no_answer(
    completion: str, region: Region, hints: tuple[str, ...], signals: set[str]
) -> ParseFailure:
    """The failure to read an answer; ``hints`` in the thinking tell that one stood there."""
    if region.thought:
        for hint in hints:
            # one character alone is found much quicker, and mostly is not there either
            if completion.find(hint[-1], 0, region.thought) < 0:
                continue
            if completion.rfind(hint, 0, region.thought) >= 0:
                signals.add("answer_only_in_thinking")
                break
    if not region.text or region.text.isspace():
        signals.add("empty")
        return ParseFailure("empty", frozenset(signals))
    return ParseFailure("no_answer", frozenset(signals))


def last_place(text: str, words: tuple[str, ...], end: int) -> int:
    """Where the last of the words stands before ``end``, -1 for nowhere.

    No word may begin in another.
    """
    place = -1
    for word in words:
        place = max(place, text.rfind(word, max(place, 0), end))
    return place
