"""Makes test/golden/tokenizer-golden.json: 1,000 texts with the ids that the reference (the Python package `tokenizers`) gives them with
the embedded model's tokenizer.json.

Texts: snippets of permissively licensed npm packages and of Python's standard library (licences in the fixture), and texts made here of
what is easy to get wrong: digits after blanks, tabs, line ends, unicode, names of special tokens.

With --gguf it also checks, for the original vocabulary, that this pipeline does what llama.cpp's description of "smollm" says (two patterns,
one after the other, then merges by rank), and that text whose tokens were all kept has the same tokens before and after pruning.

python lab/golden/makeTokenizerGolden.py --packages DIR (where countVocabulary.ts keeps its packages) [--gguf FILE]
"""

import argparse
import base64
import json
import random
import re
import struct
import sysconfig
from pathlib import Path

import regex
from tokenizers import Tokenizer

from stored_model import MODEL_DIR, REPOSITORY, load_tokenizer

SNIPPETS = 1000
MADE_HERE = 300
SNIPPET_CHARS = (120, 420)

# name-version of a package, folder in it, suffixes, snippets
PACKAGES = [
    ("ajv-8.20.0", "lib", (".ts",), 100, "MIT"),
    ("prosemirror-view-1.42.9", "src", (".ts",), 80, "MIT"),
    ("react-native-gesture-handler-3.5.0", "src", (".tsx",), 80, "MIT"),
    ("preact-11.2.0", "src", (".js",), 60, "MIT"),
    ("cytoscape-3.34.4", "src", (".js", ".mjs"), 90, "MIT"),
    ("leaflet-1.9.4", "src", (".js",), 40, "BSD-2-Clause"),
    ("fastify-5.12.8", "docs", (".md",), 50, "MIT"),
]
PYTHON_FOLDERS = ["asyncio", "http", "unittest", "importlib"]
PYTHON_SNIPPETS = 200

PIECES = [
    " ", "  ", "    ", "\t", "\t\t", "\n", "\n\n", "\r\n", "\r\n\t", "\r", "\u00a0", "\u3000", "\u0085", "\ufeff", "\u2028", "\u200b",
    "a", "foo", "Foo", "fooBar", "foo_bar", "_", "$", "é", "e\u0301", "ß", "ñ", "日本語", "Привет", "العربية", "हिन्दी", "ไทย", "ﬁ",
    "0", "1", "42", "3.14", "1_000", "0xff", "²", "½", "٣", "Ⅷ", "१२",
    "(", ")", "{", "}", "[]", "=>", "===", "!=", "++", "...", "//", "/*", "*/", "#", "'", '"', "`", "\\", "\\n", "<", ">", "</div>",
    "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "’s", "'S", "don't", "we'll",
    "🎉", "👩‍👩‍👧", "🇨🇭", "👍🏽", "𝒳", "\U000f0000", "\x00", "\x04", "\x06", "\x13", "\x7f",
    "<|endoftext|>", "<file_sep>", "<|im_start|>", "<repo_name>", "<fim_prefix>", "<|",
    "const ", "return", "function", "import", "def ", "self.", "class ", "the ", "of", "async ", "await ", "null", "None",
]  # fmt: skip


def snippets_of(files, count, generator):
    texts = []
    files = [file for file in files if file.stat().st_size > 600]
    while len(texts) < count:
        text = generator.choice(files).read_bytes().decode()
        size = generator.randint(*SNIPPET_CHARS)
        start = generator.randrange(max(1, len(text) - size))
        texts.append(text[start : start + size])
    return texts


def collect(packages):
    generator = random.Random(135)
    texts, sources = [], []
    for package, folder, suffixes, count, licence in PACKAGES:
        (root,) = [path for path in (packages / package).iterdir() if path.is_dir()]
        found = (root / folder).rglob("*") if folder != "." else root.glob("*")
        files = sorted(file for file in found if file.suffix in suffixes and not re.search(r"CHANGELOG|\.d\.ts", file.name))
        texts += snippets_of(files, count, generator)
        notice = re.search(r"^.*Copyright.*$", next(root.glob("LICENSE*")).read_text(), re.MULTILINE).group().strip()
        sources.append({"source": package, "licence": licence, "notice": notice, "snippets": count})
    library = Path(sysconfig.get_path("stdlib"))
    files = sorted(file for folder in PYTHON_FOLDERS for file in (library / folder).glob("*.py"))
    texts += snippets_of(files, PYTHON_SNIPPETS, generator)
    python = f"Python {sysconfig.get_python_version()}, standard library"
    notice = "Copyright (c) 2001 Python Software Foundation; All Rights Reserved"
    sources.append({"source": python, "licence": "PSF-2.0", "notice": notice, "snippets": PYTHON_SNIPPETS})
    for _ in range(MADE_HERE):
        texts.append("".join(generator.choices(PIECES, k=generator.randint(1, 40))))
    assert len(texts) == SNIPPETS, len(texts)
    return texts, sources


class Described:
    """SmolLM2's tokenizer as llama.cpp describes it ("smollm"): slow and plain."""

    FIRST = regex.compile(r"\p{N}")
    SECOND = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")

    def __init__(self, tokens, merges):
        self.ids = {token: index for index, token in enumerate(tokens)}
        self.ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
        printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
        others = [byte for byte in range(256) if byte not in printable]
        self.chars = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}

    def pieces(self, text):
        last = 0
        for match in self.FIRST.finditer(text):
            yield from self.SECOND.findall(text[last : match.start()])
            yield match.group()
            last = match.end()
        yield from self.SECOND.findall(text[last:])

    def encode(self, text):
        out = []
        for piece in self.pieces(text):
            symbols = [char for char in (self.chars[byte] for byte in piece.encode()) if char in self.ids]
            while len(symbols) > 1:
                pairs = [(self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(symbols, symbols[1:]))]
                rank, i = min(pairs)
                if rank == 1 << 30:
                    break
                symbols[i : i + 2] = [symbols[i] + symbols[i + 1]]
            out += [self.ids[symbol] for symbol in symbols]
        return out


def check_original(gguf_file, texts, pruned):
    from gguf import GGUFReader

    fields = GGUFReader(gguf_file).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = fields["tokenizer.ggml.merges"].contents()
    content = json.loads((MODEL_DIR / "tokenizer.json").read_text())
    content["added_tokens"] = []
    content["model"]["vocab"] = {token: index for index, token in enumerate(tokens)}
    content["model"]["merges"] = merges
    reference = Tokenizer.from_str(json.dumps(content))
    described = Described(tokens, merges)
    unchanged = 0
    for text in texts:
        ids = reference.encode(text).ids
        assert ids == described.encode(text), text
        names = [tokens[index] for index in ids]
        if all(pruned.token_to_id(name) is not None for name in names):
            unchanged += 1
            assert pruned.encode(text).tokens == names, text
    print(f"original vocabulary: {len(texts)} texts as described; {unchanged} of them have kept tokens only, unchanged by pruning")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--packages", type=Path, required=True)
    arguments.add_argument("--gguf")
    options = arguments.parse_args()
    texts, sources = collect(options.packages)
    tokenizer = load_tokenizer()
    cases = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        packed = base64.b64encode(struct.pack(f"<{len(ids)}H", *ids)).decode()
        cases.append(json.dumps([text, packed], ensure_ascii=True))
    head = {"madeBy": "lab/golden/makeTokenizerGolden.py", "about": "cases: [text, ids as base64 of little-endian 16-bit numbers]"}
    rows = ",\n".join(cases)
    text = f'{json.dumps(head)[:-1]},\n"sources": {json.dumps(sources, indent=1)},\n"cases": [\n{rows}\n]}}\n'
    fixture = REPOSITORY / "test/golden/tokenizer-golden.json"
    fixture.write_text(text)
    print(f"{fixture.name}: {fixture.stat().st_size} bytes, {len(cases)} texts")
    if options.gguf:
        check_original(options.gguf, texts, tokenizer)


main()
