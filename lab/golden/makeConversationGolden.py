"""Makes test/golden/conversation-golden.json: the ids that transformers gives 20 conversations in the template of each of five families.

The templates are the families' own, read from files that are not kept here (FAMILY.jinja: `chat_template` of a model's tokenizer_config.json);
the vocabularies are the small ones of tokenizer-families-golden.json, with the special tokens that a template writes.

python lab/golden/makeConversationGolden.py --templates DIR
"""

import argparse
import json
import random
from pathlib import Path

from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

FOLDER = Path(__file__).resolve().parents[2] / "test/golden"
SYSTEM = "You are a careful programmer."
CONVERSATIONS = 20

# template: a model's name, the vocabulary's steps, special tokens, roles that it takes, arguments
FAMILIES = {
    "qwen2.5": ("Qwen2.5-Coder-1.5B-Instruct", "qwen2", ["<|im_start|>", "<|im_end|>"], True, {}),
    "qwen3": ("Qwen3-0.6B", "qwen2", ["<|im_start|>", "<|im_end|>", "<think>", "</think>"], True, {"enable_thinking": False}),
    "llama3.2": (
        "Llama-3.2-1B-Instruct",
        "llama3",
        ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        True,
        {"date_string": "26 Jul 2024"},
    ),
    "gemma3": ("gemma-3-1b-it", "gemma", ["<bos>", "<start_of_turn>", "<end_of_turn>"], True, {}),
    "starcoder2": ("starcoder2-15b-instruct-v0.1", "smollm2", ["<|endoftext|>"], False, {}),
}
START = {"<|begin_of_text|>", "<bos>", "<|endoftext|>"}

QUESTIONS = [
    "What does this do?",
    "Write a function that sums `items`.\n\n```ts\nconst items = [1, 2, 3];\n```",
    "  indented, with blanks around \n",
    "größe naïve Привет 数据 👍🏽",
    "def f(x):\n\treturn x\n\n\n",
    "Why is `a == b` false here?\r\n\r\nconst a = 'x';",
    "1234567890 3.14159",
    "I'm sure they're wrong: don't you think so?",
    "...",
]
ANSWERS = [
    "It sums them.",
    "```ts\nexport const total = (items: number[]) => items.reduce((a, b) => a + b, 0);\n```\n",
    "\n  No.  ",
    "Sehr große Zahlen: 1_000_000.\n\n- one\n- two",
    "if (a) {\n    return 12;\n}",
]


def conversations():
    """Odd numbers of turns, the last one the user's."""
    generator = random.Random(11)
    for index in range(CONVERSATIONS):
        count = 1 + 2 * (index % 4)
        yield [generator.choice(ANSWERS if at % 2 else QUESTIONS) for at in range(count)]


def tokenizer_of(content, names, template):
    content = json.loads(json.dumps(content))
    first = len(content["model"]["vocab"])
    known = content["model"]["vocab"]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    new = [name for name in names if name not in known]
    ids = {**{name: known[name] for name in names if name in known}, **{name: first + i for i, name in enumerate(new)}}
    content["added_tokens"] = [{"id": ids[name], "content": name, **flags} for name in names]
    bos = next((name for name in names if name in START), None)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(content)), bos_token=bos, eos_token=names[-1], chat_template=template
    )
    return tokenizer, ids


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--templates", type=Path, required=True)
    templates = parser.parse_args().templates
    golden = json.loads((FOLDER / "tokenizer-families-golden.json").read_text())
    contents = {family["name"]: family.get("tokenizer") for family in golden["families"]}
    said = list(conversations())
    families = []
    for file, (name, steps, markers, takes_system, arguments) in FAMILIES.items():
        tokenizer, ids = tokenizer_of(contents[steps], markers, (templates / f"{file}.jinja").read_text())
        rows = []
        for turns in said:
            messages = [{"role": "system", "content": SYSTEM}] if takes_system else []
            messages += [{"role": "assistant" if at % 2 else "user", "content": text} for at, text in enumerate(turns)]
            text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **arguments)
            rows.append(tokenizer(text, add_special_tokens=False)["input_ids"])
        families.append({"name": name, "steps": steps, "markers": ids, "ids": rows})
    head = {"madeBy": "lab/golden/makeConversationGolden.py", "about": "ids of each conversation, in each family's template"}
    rows = ",\n".join(json.dumps(family, separators=(",", ":")) for family in families)
    file = FOLDER / "conversation-golden.json"
    file.write_text(f'{json.dumps(head)[:-1]},\n"conversations": {json.dumps(said)},\n"families": [\n{rows}\n]}}\n')
    print(f"{file.name}: {file.stat().st_size} bytes, {len(families)} families, {len(said)} conversations")


main()
