"""Makes test/golden/tokenizer-families-golden.json: for each family of tokenizers a small vocabulary, trained here on text made here, and the
ids that the reference gives 30 awkward texts: the Python package `tokenizers` for what a tokenizer.json says, `sentencepiece` for what a GGUF
file says of a SentencePiece model.

The steps (normaliser, pre-tokenizer, decoder) are those of the families' own files; the vocabularies are ours.

python lab/golden/makeTokenizerFamiliesGolden.py
"""

import io
import json
import random
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, pre_tokenizers, trainers

FIXTURE = Path(__file__).resolve().parents[2] / "test/golden/tokenizer-families-golden.json"
BYTE_LEVEL_TOKENS = 256 + 170
CHAR_TOKENS = 230

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
QWEN2 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN35 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
SEED_CODER = CONTRACTION + "|[^\r\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\r\n]+|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
DEEPSEEK_V3 = (
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    "| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
)
CASED = """
41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 388-38A 38C 38E-3A1 3A3-3F5 3F7-481 48A-52F
531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF 1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57
1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113
2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F 2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D
A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3 104D8-104FB 10C80-10CB2
10CC0-10CF2 118A0-118DF 1E900-1E943
"""


def class_of(ranges):
    ends = [[chr(int(end, 16)) for end in part.split("-")] for part in ranges.split()]
    return "".join("-".join(f"\\{end}" if end in "[]\\-^" else end for end in part) for part in ends)


CASED_LETTERS = f"\\s?[{class_of(CASED)}]+"
SIGNS_OF_ASCII = f"\\s?[{class_of('21-2F 3A-7E FF01-FF0F FF1A-FF5E 2018-201F 3000-3002')}]+"


def split(regex):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def byte_level(use_regex):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


def cut_by(*regexes, digits=False):
    last = [{"type": "Digits", "individual_digits": True}] if digits else []
    return {"type": "Sequence", "pretokenizers": [*map(split, regexes), *last, byte_level(False)]}


NFC = {"type": "NFC"}
NONE = {"type": "Sequence", "normalizers": []}
BLANKS = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
FROM_BYTES = [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]
DIGITS_GPT2 = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level(True)]}
CJK = "[一-龥ࠀ-一가-퟿]+"

# name: normalizer, pre_tokenizer, the name that GGUF has for it, more
BYTE_FAMILIES = {
    "smollm2": (None, DIGITS_GPT2, "smollm"),
    "mellum": (None, byte_level(True), "mellum"),
    "qwen2": (NFC, cut_by(QWEN2), "qwen2"),
    "qwen35": (NFC, cut_by(QWEN35), "qwen35"),
    "llama3": (None, cut_by(LLAMA3), "llama-bpe"),
    "cl100k": (None, cut_by(CL100K), None),
    "seed-coder": (NONE, cut_by(SEED_CODER), "seed-coder"),
    "deepseek-coder": (NONE, cut_by("[\r\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", CJK, digits=True), "deepseek-coder"),
    "deepseek-llm": (
        NONE,
        cut_by("[\r\n]", CASED_LETTERS, SIGNS_OF_ASCII, "\\s+$", CJK, digits=True),
        "deepseek-llm",
    ),
    "deepseek-v3": (NONE, cut_by("\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK_V3), "deepseek-v3"),
}

WORDS = "const let return function import from export class items total price value user index name file path self def if else for while null"
OTHER_WORDS = ["größe", "naïve", "café", "données", "Привет", "данные", "日本語", "数据", "変数", "한국어", "ñandú", "λ"]
SIGNS = ["(", ")", " {", "}", "[", "]", ";", ":", ",", ".", " =", " =>", " ===", " +", "()", "();", "({", "});", "'", '"', "//", " #"]
SPACES = [" ", " ", " ", "\n", "\n    ", "\n  ", "\n\n", "\n\t", "\r\n", "    ", ""]

TEXTS = [
    "",
    " ",
    "const total = items.map((item) => item.price);\n",
    "if (a  == 5) {\n    return 12;\n}\n\n\n",
    "x =  5\ny = 10 20  300",
    "a\r\n\r\nb\r\n  c\rd",
    "\tif x:\n\t\treturn\t1\n\t",
    "I'S don't WE'LL they'Re 'sun 'Twas it'ſ",
    "1234567890 3.14159 1_000_000 0xFF ²³ ½ ٣٤ Ⅷ",
    "数据 = 変数 + 한국어; // 日本語のコメント。",
    "cafe\u0301 ga\u0302teau A\u030a \u1112\u1161\u11ab \u0958 é",
    "𝒳 👩\u200d👩\u200d👧 🇨🇭 👍🏽 ok",
    "a\u0085b \u0085 c\ufeff d\u2028e\u00a0f \u3000g",
    "trailing blanks   ",
    "   ",
    "\n\n\n",
    "\n  \n    \n",
    "  leading",
    "foo(bar, baz)!!! ... ??? ---\n\n}",
    "/** @param {string} s */\n// --- //\n",
    "größe naïve Привет данные Ελλάδα ñandú",
    "\x00\x01\x7f ctrl\x1b[0m",
    "<|endoftext|> <fim_prefix> <s> </s> <｜fim▁hole｜> <0x0A>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "                                                 x",
    "snake_case camelCase PascalCase SCREAMING_CASE kebab-case",
    "ไทย हिन्दी العربية עברית",
    "a+b-c*d/e%f^g&h|i~j`k@l$m",
    "function f() {\n  return {\n    a: 1,\n  };\n}\n",
    "a ▁ b▁▁c",
]  # fmt: skip


def make_text():
    generator = random.Random(7)
    words = WORDS.split() * 3 + OTHER_WORDS
    parts = []
    for _ in range(4000):
        parts += [generator.choice(SPACES), generator.choice(words), generator.choice(SIGNS)]
        if generator.random() < 0.15:
            parts.append(str(generator.randrange(10 ** generator.randint(1, 5))))
    return "".join(parts)


def steps_of(normalizer, pre_tokenizer, decoder):
    frame = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": []}
    return {**frame, "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": None, "decoder": decoder}


def model_of(vocab, merges, **options):
    off = {"dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None}
    switches = {"fuse_unk": False, "byte_fallback": False, "ignore_merges": False}
    return {"type": "BPE", **off, **switches, **options, "vocab": vocab, "merges": merges}


def trained(content, text, **options):
    """Vocabulary (by id) and merges of the steps in `content`, learnt from `text`."""
    tokenizer = Tokenizer.from_str(json.dumps({**content, "model": model_of({}, [])}))
    tokenizer.train_from_iterator([text], trainers.BpeTrainer(show_progress=False, **options))
    model = json.loads(tokenizer.to_str())["model"]
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    return sorted(model["vocab"], key=model["vocab"].get), merges


def special(names, first_id):
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return [{"id": first_id + i, "content": name, **flags} for i, name in enumerate(names)]


def byte_family(name, text):
    normalizer, pre_tokenizer, pre = BYTE_FAMILIES[name]
    decoder = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    content = steps_of(normalizer, pre_tokenizer, decoder)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokens, merges = trained(content, text, vocab_size=BYTE_LEVEL_TOKENS, initial_alphabet=alphabet)
    options = {}
    if name == "llama3":  # some tokens that no merge makes
        options["ignore_merges"] = True
        merges = [merge for i, merge in enumerate(merges) if i % 7 or any(merge.replace(" ", "") in other.split(" ") for other in merges)]
    content["model"] = model_of({token: i for i, token in enumerate(tokens)}, merges, **options)
    content["added_tokens"] = special(["<|endoftext|>", "<|x|>"], len(tokens))
    return {"name": name, "pre": pre, "tokenizer": content}


def char_family(name, text):
    """Pieces are cut for the training only, as SentencePiece does; the family's own steps cut nothing."""
    cut = {"type": "Split", "pattern": {"Regex": "\n+|▁*[^▁\n]+|▁+"}, "behavior": "Isolated", "invert": False}
    tokens, merges = trained(steps_of(BLANKS, cut, None), text, vocab_size=CHAR_TOKENS, limit_alphabet=90)
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    names = ["<unk>", "<s>", "</s>"] if name == "codellama" else ["<pad>", "<eos>", "<bos>", "<unk>"]
    vocab = {token: i for i, token in enumerate([*names, *byte_tokens, *tokens])}
    if name == "codellama":
        normalizer = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, BLANKS]}
        decoders = [*FROM_BYTES, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]
        content = steps_of(normalizer, None, {"type": "Sequence", "decoders": decoders})
    else:
        before = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
        content = steps_of(BLANKS, before, {"type": "Sequence", "decoders": FROM_BYTES})
    content["added_tokens"] = special(names, 0)
    content["model"] = model_of(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    return {"name": name, "tokenizer": content}


def sentencepiece_family(name, text, **options):
    """@returns the lists of a GGUF file, as llama.cpp's converter writes them."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text.split("\r\n")), model_writer=model, model_type="bpe", vocab_size=520, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, character_coverage=0.99, minloglevel=2, **options,
    )  # fmt: skip
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    user_defined = options.get("user_defined_symbols", [])
    tokens, scores, types = [], [], []
    for i in range(processor.vocab_size()):
        piece = processor.id_to_piece(i)
        kind = 2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 6 if processor.is_byte(i) else 1
        kind = 4 if piece in user_defined else kind
        tokens.append(piece.replace("▁", " ") if kind == 4 else piece)
        scores.append(-1000.0 if kind == 4 else processor.get_score(i))
        types.append(kind)
    lists = {"tokens": tokens, "scores": scores, "token_type": types}
    return {"name": name, "gguf": lists, "texts": [processor.encode(text) for text in TEXTS]}


def main():
    text = make_text()
    families = [byte_family(name, text) for name in BYTE_FAMILIES]
    families += [char_family(name, text) for name in ("gemma", "codellama")]
    for family in families:
        tokenizer = Tokenizer.from_str(json.dumps(family["tokenizer"]))
        # Special tokens are never recognised inside text here: the reference gets a vocabulary without them.
        plain = json.loads(json.dumps(family["tokenizer"]))
        plain["added_tokens"] = []
        plain = Tokenizer.from_str(json.dumps(plain))
        family["texts"] = [plain.encode(text, add_special_tokens=False).ids for text in TEXTS]
        decoded = [plain.decode(ids, skip_special_tokens=False) for ids in family["texts"]]
        family["decoded"] = {i: new for i, (text, new) in enumerate(zip(TEXTS, decoded)) if text != new}
        assert tokenizer.get_vocab_size() >= plain.get_vocab_size()
    families.append(sentencepiece_family("spm-llama", text, split_digits=True))
    runs = ["\n\n", "\n\n\n", "▁▁", "▁▁▁", "▁▁▁▁", "▁▁▁▁▁▁▁▁"]
    families.append(
        sentencepiece_family("spm-gemma", text, split_digits=True, add_dummy_prefix=False, user_defined_symbols=runs)
    )
    rows = ",\n".join(json.dumps(family, ensure_ascii=True, separators=(",", ":")) for family in families)
    head = {"madeBy": "lab/golden/makeTokenizerFamiliesGolden.py", "about": "texts of a family: ids of each text; decoded: where it differs"}
    content = f'{json.dumps(head)[:-1]},\n"texts": {json.dumps(TEXTS)},\n"families": [\n{rows}\n]}}\n'
    FIXTURE.write_text(content)
    print(f"{FIXTURE.name}: {FIXTURE.stat().st_size} bytes, {len(families)} families, {len(TEXTS)} texts")


main()
