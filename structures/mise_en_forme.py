"""What people type in a plain text field, given a shape: paragraphs, lists, explained acronyms.

One reading for the pages and for the printed sheets, so that a fiche says the same thing on both.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# A line of a list: « - », or what a word processor pastes for it, then a space. « -5 °C » is no list.
PUCE = re.compile(r"^[ \t]*[-–•*·‣▪][ \t\u00a0\u202f]+(?=\S)")
CONTROLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# « caf@example.org », « https://example.org/RSA », « rsa.example.org/CSS »: nothing is explained inside an address.
ADRESSE = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w.-]+|\w[\w-]*(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/\S*)?")


# Where an acronym is drawn, with what clings to it: « l’ » or « ( » before, a full stop or « ; » and its space after.
MARQUE = "\x00"  # never in a text: CONTROLE takes it away
TENU = re.compile(r"((?:(?:\w{1,6}['’]|[^\w\s\x00])[\u00a0\u202f]?)?\x00(?:[\u00a0\u202f]?[^\w\s\x00])*)")


class Segment(NamedTuple):
    """A piece of text; ``sigle`` is the key of the acronym that it is, or "" for ordinary text."""

    texte: str
    sigle: str = ""


def blocs(texte: str) -> list[tuple[str, str | list[str]]]:
    """Cut a plain text into ``("p", text)`` and ``("ul", [items])``.

    An empty line ends a paragraph; a single line break is kept inside it. Lines that begin with « - » are the items
    of a list; an indented line after an item goes on with it.
    """
    found: list[tuple[str, str | list[str]]] = []
    lines: list[str] = []

    def end_paragraph():
        if lines:
            found.append(("p", "\n".join(lines)))
            lines.clear()

    after_blank = False
    for raw in CONTROLE.sub("", texte).splitlines():
        line = raw.strip()
        in_list = not lines and found and found[-1][0] == "ul"
        if not line:
            end_paragraph()
        elif puce := PUCE.match(raw):
            end_paragraph()
            if not (found and found[-1][0] == "ul"):
                found.append(("ul", []))
            found[-1][1].append(raw[puce.end() :].strip())
        elif in_list and not after_blank and raw[0] in " \t":
            found[-1][1][-1] += f" {line}"
        else:
            lines.append(line)
        after_blank = not line
    end_paragraph()
    return found


@lru_cache(maxsize=64)
def compile_sigles(cles: tuple[str, ...]) -> tuple[re.Pattern, tuple[str, ...]]:
    """Return the expression that finds these acronyms, and the keys in the order of its groups.

    Kept in memory: one expression per glossary. A key in capitals is looked for as it is, with or without the « s »
    of a plural; a name (« Restos du cœur ») whatever its capitals. Longest first: « CAS » is not found in « CCAS ».
    """
    ordered = tuple(sorted((cle for cle in cles if cle.strip()), key=lambda cle: (-len(cle), cle)))
    if not ordered:
        return re.compile(r"(?!)"), ()
    initials = {
        case
        for cle in ordered
        for case in ([cle[0]] if is_acronym(cle) else [cle[0].lower(), cle[0].upper()])
    }
    # The first letter comes first, as a set, for the engine skips from one to the next: 4 ms a page otherwise.
    first = "".join(re.escape(letter) for letter in sorted(initials))
    rest = "|".join(write_rest(cle) for cle in ordered)
    return re.compile(rf"[{first}](?<!\w.)(?:{rest})(?!\w|-[a-zà-ÿ])"), ordered


def is_acronym(cle: str) -> bool:
    return cle.upper() == cle


def write_rest(cle: str) -> str:
    """Return the expression of an acronym once its first letter is read: any white space, either apostrophe."""
    head, tail = re.escape(cle[0]), re.sub("['’]", "['’]", re.escape(cle[1:]))
    tail = re.sub(r"(?:\\?\s)+", r"\\s+", tail)
    if not is_acronym(cle):
        return f"(?i:(?<={head})({tail}))"
    return f"(?<={head})({tail}){'s?' if cle[-1].isalpha() else ''}"


def decoupe_sigles(texte: str, sigles: Iterable[str]) -> list[Segment]:
    """Cut a text at the acronyms of ``sigles`` (a glossary, or its keys): whole words, never inside an address."""
    expression, cles = compile_sigles(tuple(sigles))
    segments, start = [], 0
    for match in expression.finditer(texte):
        if is_in_address(texte, match.start(), match.end()):
            continue
        if match.start() > start:
            segments.append(Segment(texte[start : match.start()]))
        segments.append(Segment(match[0], cles[match.lastindex - 1]))
        start = match.end()
    if start < len(texte):
        segments.append(Segment(texte[start:]))
    return segments


def is_in_address(texte: str, start: int, end: int) -> bool:
    """Tell whether ``texte[start:end]`` belongs to a web or mail address (of 300 characters at most)."""
    left, right = texte[max(0, start - 300) : start], texte[end : end + 300]
    before = "" if left[-1:].isspace() else left.split()[-1:]
    after = "" if right[:1].isspace() else right.split(None, 1)[:1]
    before, after = "".join(before), "".join(after)
    if not ("." in before or "@" in before or "/" in before or "." in after or "@" in after):
        return False
    around = before + texte[start:end] + after
    return any(found.start() <= len(before) < found.end() for found in ADRESSE.finditer(around))


class Glossaire:
    """The acronyms of one page or sheet: each is explained where it is met first, and only there.

    ``sigles`` maps an acronym to its Sigle. ``draw(mot, sigle)`` returns the HTML of a first occurrence. ``bouton``: it
    is a button, which a browser parts from the full stop that follows as it would an image; they are held together.
    """

    def __init__(self, sigles: Mapping, draw: Callable, *, bouton: bool = False):
        self.sigles = sigles
        self.draw = draw
        self.cadre = '<span class="insecable">{}{}{}</span>' if bouton else "{}{}{}"
        self.rencontres: dict = {}

    def write_line(self, texte: str) -> SafeString:
        """Return the HTML of a short text: escaped, acronyms explained, line breaks kept."""
        return mark_safe("".join(self._pieces(CONTROLE.sub("", texte))))  # noqa: S308 (each piece is escaped)

    def write_text(self, texte: str) -> SafeString:
        """Return the HTML of a plain text: paragraphs and lists, acronyms explained."""
        return mark_safe("".join(self._write_bloc(*bloc) for bloc in blocs(texte)))  # noqa: S308

    def sorted_rencontres(self) -> list:
        """Return the Sigle objects met so far, in alphabetical order."""
        return sorted(self.rencontres.values(), key=lambda sigle: sigle.cle_tri or sigle.sigle.casefold())

    def _write_bloc(self, kind: str, content) -> SafeString:
        if kind == "p":
            return format_html("<p>{}</p>", self.write_line(content))
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((self.write_line(i),) for i in content))
        )

    def _pieces(self, texte: str) -> Iterator[str]:
        drawn, marked = [], []
        for segment in decoupe_sigles(texte, self.sigles):
            if segment.sigle and segment.sigle not in self.rencontres:
                sigle = self.rencontres[segment.sigle] = self.sigles[segment.sigle]
                drawn.append(self.draw(segment.texte, sigle))
                marked.append(MARQUE)
            else:
                marked.append(segment.texte)
        for rank, part in enumerate(TENU.split("".join(marked))):
            if rank % 2:
                before, _mark, after = part.partition(MARQUE)
                cadre = self.cadre if before or after else "{}{}{}"
                yield format_html(cadre, before, drawn[rank // 2], after)
            else:
                yield conditional_escape(part).replace("\n", "<br>")
