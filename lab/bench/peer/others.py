"""Prefill and decode of two more engines on the GGUF files that `bench engine --peer` writes, to log how far we are from the best.

    python others.py openvino|ik FILE.gguf VOCABULARY THREADS

Needs `pip install openvino-genai` or `ik-llama-cpp-python`. Prints one JSON line: tokens a second, the best and the median of the runs
(nothing here knows whether the machine was quiet). Reference only: nothing of Sotto depends on it.
"""

import json
import statistics
import sys
import time

PREFILLS = (256, 1024)
DECODED = 24
RUNS = 5


def prompt(vocabulary, tokens, run):
    """Any tokens, others in each run from the first on: a prefix cache finds nothing."""
    return [1 + (run * 31 + i * 7919 + 13 * i * i) % (vocabulary - 1) for i in range(tokens)]


def rates(tokens, seconds):
    return {"best": round(tokens / min(seconds), 1), "median": round(tokens / statistics.median(seconds), 1)}


def openvino(file, vocabulary, threads):
    import numpy
    import openvino as ov
    import openvino_genai as genai

    pipeline = genai.LLMPipeline(file, "CPU", INFERENCE_NUM_THREADS=threads)

    def measure(tokens, run):
        ids = ov.Tensor(numpy.array([prompt(vocabulary, tokens, run)], dtype=numpy.int64))
        mask = ov.Tensor(numpy.ones((1, tokens), dtype=numpy.int64))
        config = genai.GenerationConfig()
        config.max_new_tokens = config.min_new_tokens = DECODED + 1
        config.ignore_eos = True
        config.do_sample = False
        metrics = pipeline.generate(genai.TokenizedInputs(ids, mask), config).perf_metrics
        return metrics.get_ttft().mean / 1000, DECODED * metrics.get_tpot().mean / 1000

    return measure


def ik(file, vocabulary, threads):
    import ik_llama_cpp._ctypes_api as api
    from ik_llama_cpp._internals import IkContext, IkModel, make_batch_range, make_batch_single

    model = IkModel(file)
    context = IkContext(model, n_ctx=2048, n_threads=threads, flash_attn=True)
    batch_tokens = context._n_ubatch

    def decode(batch):
        if context.decode(batch) != 0:
            raise RuntimeError("llama_decode failed")
        api.llama_batch_free(batch)

    def measure(tokens, run):
        ids = prompt(vocabulary, tokens, run)
        context.kv_cache_clear()
        start = time.perf_counter()
        for at in range(0, tokens, batch_tokens):
            last = at + batch_tokens >= tokens
            decode(make_batch_range(ids[at : at + batch_tokens], pos_start=at, logits_last=last))
        api.llama_get_logits_ith(context.ctx, -1)
        prefilled = time.perf_counter()
        for i in range(DECODED):
            decode(make_batch_single(ids[i], tokens + i))
            api.llama_get_logits_ith(context.ctx, -1)
        return prefilled - start, time.perf_counter() - prefilled

    return measure


def main():
    engine, file, vocabulary, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    measure = {"openvino": openvino, "ik": ik}[engine](file, vocabulary, threads)
    measure(64, 0)  # warm
    figures = {}
    for tokens in PREFILLS:
        runs = [measure(tokens, 1 + run) for run in range(RUNS)]
        figures[f"prefill{tokens}"] = rates(tokens, [prefill for prefill, _ in runs])
        figures[f"decode{tokens}"] = rates(DECODED, [decode for _, decode in runs])
    print(json.dumps({"engine": engine, "file": file, "threads": threads, **figures}))


main()
