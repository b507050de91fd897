"""Writes test/golden/prompt-golden.json: prompts of the fill-in-the-middle format, version 1, as text and as token ids.

    python lab/golden/makePromptGolden.py

Each case says by hand where its parts are cut; ids come from the `tokenizers` library. The format is frozen: the embedded model's adapter
was trained on these layouts. A difference means that the packer is wrong, not that this file is old.
"""

import json
from pathlib import Path

from stored_model import REPOSITORY, load_tokenizer

MARKERS = {"<file_sep>": 5, "<fim_prefix>": 7, "<fim_suffix>": 8, "<fim_middle>": 9}
FILE, PREFIX, SUFFIX, MIDDLE = MARKERS
LINES = "".join(f"line{number};\n" for number in range(80))


def case(name, path, before, line, suffix, after="", pieces=(), budget=1024):
    """The prefix is `before` + `line`; of the suffix + `after` only the suffix fits."""
    segments = []
    for piece in pieces:
        segments += [FILE, f"{piece['path']}\n", piece["text"]]
    segments += [FILE, f"{path}\n", *(part.replace("\r\n", "\n") for part in (SUFFIX, suffix, PREFIX, before, MIDDLE, line))]
    prompt = {"path": path, "languageId": "typescript", "prefix": before + line, "suffix": suffix + after, "pieces": list(pieces)}
    return {"name": name, "input": prompt, "budgetTokens": budget, "segments": segments}


HELPER = {"kind": "import", "path": "src/area.ts", "text": "export const area = (w: number, h: number) => w * h;\n", "score": 1}
CASES = [
    case("inside a line, closers after it", "src/a.ts", "import x from 'y';\n\nfunction f(a: number) {", "\n  return g(a, ", ");\n}\n"),
    case("context in front", "src/b.ts", "import { area } from './area';", "\n\nexport const total = ar", "\n", pieces=[HELPER]),
    case("the first line of a file", "a.ts", "", "const fir", "\nconst second = 2;\n"),
    case("an empty file", "new.ts", "", "", ""),
    case("blank lines go with the current line", "a.ts", "let a = 1;", "\n\n\n  ", "\nlet b = 2;\n"),
    case("line breaks of Windows become line feeds", "a.ts", "let a = 1;\r\nlet b = 2;", "\r\nlet c =", "\r\nlet d = 4;\r\n"),
    case("no cut after a letter that is not ASCII", "a.ts", "let a = 1;", "\n// caffè\nlet b", ";\n"),
    case("names of special tokens are text", "a.ts", "// <fim_middle>", "\n// <fim_suffix> <|endoftext|>", "<fim_prefix>\n"),
    case("a long suffix ends after blocks of eight lines", "a.ts", "let a;", "\nlet ", LINES[: LINES.index("line32")], LINES[LINES.index("line32") :], budget=300),
]


def main():
    tokenizer = load_tokenizer()
    for golden in CASES:
        segments = golden.pop("segments")
        golden["text"] = "".join(segments)
        golden["ids"] = []
        # a part that is not a marker by its place is text, whatever it spells
        for place, segment in enumerate(segments):
            is_marker = segment in MARKERS and (place % 3 == 0 or place >= len(segments) - 6)
            golden["ids"] += [MARKERS[segment]] if is_marker else tokenizer.encode(segment, add_special_tokens=False).ids
    out = Path(REPOSITORY) / "test/golden/prompt-golden.json"
    out.write_text(json.dumps(CASES, indent=1, ensure_ascii=False) + "\n")
    print(f"{out.relative_to(REPOSITORY)}: {len(CASES)} cases")


main()
