"""Reading TwiML safely: no document types, no entities, no deep nesting, at most 64 KB."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
LARGEST = 64 * 1024
DEEPEST = 12


class DocumentFailed(Exception):
    """A document could not be fetched, read or carried out. `code` is Twilio's debugger code, `url` where it came from."""

    def __init__(self, code: int, url: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.url = url


@dataclass(frozen=True, slots=True)
class Source:
    """Where the next TwiML comes from: an address, or the text itself when `twiml` is given."""

    url: str = ""
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    twiml: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A TwiML document that was read, and the address that relative addresses in it start from."""

    verbs: tuple[Element, ...]
    url: str
    method: str

    def resolve(self, address: str | None) -> str:
        """An address of an attribute as a full URL; the document's own address when it is missing (Twilio's default)."""
        if not address:
            return self.url
        return urljoin(self.url, address.strip())

    def follow(self, address: str | None, method: str | None, **params: str) -> Source:
        """The source that an `action` or `Redirect` points to, asked with `params` besides those of the call."""
        return Source(self.resolve(address), (method or "POST").upper(), tuple(params.items()))


class _Reader:
    """Feeds expat's events to a tree builder and refuses what TwiML never needs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._depth = 0
        self._builder = TreeBuilder()

    def refuse(self, *_: Any) -> None:
        """Handler for document types and entities."""
        raise DocumentFailed(12100, self._url, "document type and entities are refused")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handler for an opening tag."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise DocumentFailed(12100, self._url, "nested too deeply")
        self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        """Handler for a closing tag."""
        self._depth -= 1
        self._builder.end(tag)

    def read(self, body: bytes) -> Element:
        """The root element of `body`; raises DocumentFailed 12100."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.refuse
        parser.EntityDeclHandler = self.refuse
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self._builder.data
        try:
            parser.Parse(body, True)
        except (expat.ExpatError, ValueError) as error:
            raise DocumentFailed(12100, self._url, f"not well-formed XML: {error}") from error
        return self._builder.close()


def read_twiml(body: bytes, url: str, method: str) -> Document:
    """Read TwiML. Raises DocumentFailed: 11750 too large, 12100 not XML or not a Response."""
    if len(body) > LARGEST:
        raise DocumentFailed(11750, url, "document larger than 64 KB")
    root = _Reader(url).read(body)
    if root.tag != "Response":
        raise DocumentFailed(12100, url, f"the root is <{root.tag}>, not <Response>")
    return Document(tuple(root), url, method)


def read_answer(content_type: str, body: bytes, url: str, method: str) -> Document:
    """What an answer of TeSA means: TwiML, text that is read out, audio that is played, or nothing when it is empty.

    Raises DocumentFailed as `read_twiml` does, and 12300 for any other content type.
    """
    if not body:
        return Document((), url, method)
    if content_type in TWIML_TYPES:
        return read_twiml(body, url, method)
    if content_type == "text/plain":
        say = Element("Say")
        say.text = body[:LARGEST].decode(errors="replace")
        return Document((say,), url, method)
    if content_type.startswith("audio/"):
        play = Element("Play")
        play.text = url
        return Document((play,), url, method)
    raise DocumentFailed(12300, url, f"content type {content_type or 'missing'} is no TwiML")


def spoken(element: Element) -> str:
    """The words inside an element, markup and line breaks gone."""
    return " ".join("".join(element.itertext()).split())


def whole(element: Element, name: str, default: int, least: int, most: int) -> int:
    """A whole-number attribute held between `least` and `most`; `default` when it is missing or no number."""
    try:
        value = int(element.get(name, ""))
    except ValueError:
        return default
    return min(max(value, least), most)


def yes(element: Element, name: str, default: bool = False) -> bool:
    """A true/false attribute."""
    return element.get(name, str(default)).strip().lower() == "true"
