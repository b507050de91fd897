"""Makes test/golden/logits-golden.json: what PyTorch computes in fp32 from the embedded model's stored weights.

For 20 prompts: their ids, the ten highest logits of the last position, and 16 greedy tokens with the distance of each from the second best
(where it is small, an engine with other rounding may rightly choose the other).

Run with torch, transformers, tokenizers, safetensors:  python lab/golden/makeLogitsGolden.py
"""

import json

import torch

from stored_model import REPOSITORY, load_model

GREEDY_TOKENS = 16

# Written for this file. A string in a tuple that is the name of a special token stands for that token.
TYPESCRIPT_AND_JAVASCRIPT = [
    """export interface User {
  id: string;
  name: string;
  email: string;
}

export function findUser(users: User[], id: string): User | undefined {
  return""",
    """import { readFileSync } from "node:fs";
import path from "node:path";

/** Reads the settings of the folder, or the defaults when there are none. */
export function readSettings(folder: string): Settings {
  const file = path.join(folder, "settings.json");
  try {
    return JSON.parse(""",
    """class Queue<T> {
  private items: T[] = [];

  push(item: T): void {
    this.items.push(item);
  }

  pop(): T | undefined {
    """,
    """const total = orders
  .filter((order) => order.state === "paid")
  .map((order) => order.""",
    """async function fetchJson(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) {
    throw new Error(`request failed: ${response.status}`);
  }
""",
    """function debounce(fn, waitMs) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = """,
    """describe("parseDate", () => {
  it("returns undefined for an empty string", () => {
    expect(parseDate("")).toBe(undefined);
  });

  it("reads a date in ISO format", () => {
    """,
    """export function Button({ label, onClick, disabled = false }: ButtonProps) {
  return (
    <button className="button" """,
    (
        "<file_sep>",
        """src/geometry.ts
export interface Point {
  x: number;
  y: number;
}

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

export const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
""",
        "<file_sep>",
        """src/path.ts
import { distance, type Point } from "./geometry";

/** The length of the line through all points. */
export function pathLength(points: Point[]): number {
  let length = 0;
  for (let i = 1; i < points.length; i++) {
    length += """,
    ),
    """module.exports = {
\tentry: './src/index.js',
\toutput: {
\t\tpath: __dirname + '/dist',
\t\tfilename: """,
]
PYTHON = [
    """def is_prime(n):
    if n < 2:
        return False
    for i in range(2, int(n ** 0.5) + 1):
        """,
    """import json
from pathlib import Path


class Store:
    \"\"\"Keeps values in a file of JSON.\"\"\"

    def __init__(self, path):
        self.path = Path(path)
        self.values = {}

    def load(self):
        with open(self.path) as file:
            """,
    """def word_count(text: str) -> dict[str, int]:
    counts = {}
    for word in text.split():
        counts[word] =""",
    """import numpy as np

def normalize(x: np.ndarray) -> np.ndarray:
    mean = x.mean(axis=0)
    std = x.std(axis=0)
    return""",
    """try:
    value = int(sys.argv[1])
except (IndexError, ValueError):
    print("usage: double.py NUMBER", file=sys.stderr)
    """,
]
ENGLISH = [
    "The sun was low over the harbour when the last of the fishing boats came in, and on the quay the people were already",
    "# Installation\n\nThis package needs Node 20 or newer. Install it with npm:\n\n```sh\nnpm install",
    "A binary search tree is a data structure in which each node has at most two children. To find a value, one begins at the root and",
    "Water boils at 100 degrees Celsius at sea level. On a high mountain it boils at a lower temperature, because",
    (
        "<|im_start|>",
        "user\nWhat is a hash table, and when is it better than a sorted list?",
        "<|im_end|>",
        "\n",
        "<|im_start|>",
        "assistant\n",
    ),
]


def encode(tokenizer, prompt):
    ids = []
    for part in [prompt] if isinstance(prompt, str) else prompt:
        special = tokenizer.token_to_id(part)
        ids += [special] if special is not None and special < 17 else tokenizer.encode(part).ids
    return ids


def greedy(model, ids):
    """The logits after `ids`, then greedy tokens and how far each is ahead of the second."""
    tokens, margins, first = [], [], None
    for _ in range(GREEDY_TOKENS):
        logits = model(torch.tensor([ids + tokens]), use_cache=False).logits[0, -1]
        first = logits if first is None else first
        best = logits.topk(2)
        tokens.append(int(best.indices[0]))
        margins.append(round(float(best.values[0] - best.values[1]), 4))
    return first, tokens, margins


def main():
    model, tokenizer = load_model()
    cases = []
    groups = {"typescript": TYPESCRIPT_AND_JAVASCRIPT, "python": PYTHON, "english": ENGLISH}
    with torch.no_grad():
        for group, prompts in groups.items():
            for prompt in prompts:
                ids = encode(tokenizer, prompt)
                assert 20 <= len(ids) <= 200, (len(ids), prompt)
                logits, tokens, margins = greedy(model, ids)
                top = logits.topk(10)
                cases.append(
                    {
                        "group": group,
                        "ids": ids,
                        "topIds": top.indices.tolist(),
                        "topLogits": [round(value, 4) for value in top.values.tolist()],
                        "greedyIds": tokens,
                        "greedyMargins": margins,
                    }
                )
                print(group, len(ids), repr(tokenizer.decode(tokens)))
    manifest = json.loads((REPOSITORY / "models/smollm2-135m/manifest.json").read_text())
    weights = {file["path"]: file["sha256"] for file in manifest["files"] if file["path"].endswith(".safetensors")}
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"madeBy": "lab/golden/makeLogitsGolden.py",\n"weights": {json.dumps(weights)},\n"cases": [\n{lines}\n]}}\n'
    (REPOSITORY / "test/golden/logits-golden.json").write_text(text)


main()
