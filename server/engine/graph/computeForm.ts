// Derives the compute form of a model, which the runtime executes (ONNX graphs and one weights file), and keeps it in the cache folder. Never
// reads the workspace, never loads onnxruntime.

import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { cacheUnwritable } from "../../../common/errors.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { DataFile } from "./dataFile.ts";
import {
  cacheType,
  emitDecoder,
  emitLens,
  exposeCacheRows,
  exposeLayers,
  exposeSharedCache,
  FORMS,
  type Form,
  isGpuForm,
} from "./decoderGraph.ts";
import {
  type FormFile,
  type FormState,
  noteUse,
  readForm,
  removeStaleFolders,
  removeUnused,
  writeForm,
  writeFormFile,
} from "./formFolder.ts";
import { emitKernelProbe } from "./kernelProbe.ts";
import { exposeLowRank, type LinearPlaces, noticing, SmoothingRecord } from "./lowRank.ts";
import { OnnxGraph } from "./onnxGraph.ts";
import { smoothed } from "./smoothing.ts";

/** Version of the derived files. Raised whenever the files derived from the same weights change. */
const BUILDER_VERSION = 8;

const WEIGHTS_FILE = "weights.bin";
const SHARED_CACHE_GRAPH = "decoder.onnx";
const CACHE_ROWS_GRAPH = "decoder-rows.onnx";
const PROBE_GRAPH = "probe.onnx";
const LOW_RANK_GRAPH = "decoder-low-rank.onnx";
const LOW_RANK_ROWS_GRAPH = "decoder-low-rank-rows.onnx";
const SMOOTHING_FILE = "smoothing.bin";
const LAYERS_GRAPH = "decoder-layers.onnx";
const LENS_GRAPH = "lens.onnx";

/** The files in a form's folder. On graphics processors adapters are merged into the weights, never inputs of the graph. */
function filesOf(form: Form): string[] {
  const files = [WEIGHTS_FILE, SHARED_CACHE_GRAPH, CACHE_ROWS_GRAPH, PROBE_GRAPH];
  return isGpuForm(form)
    ? files
    : [...files, LOW_RANK_GRAPH, LOW_RANK_ROWS_GRAPH, SMOOTHING_FILE, LAYERS_GRAPH, LENS_GRAPH];
}

/**
 * The most forms that the cache folder keeps. Each adapter has a form of its own, of 170 MB for the embedded model; the least recently used ones
 * are deleted, and can be derived again.
 */
const MOST_FORMS = 8;

export interface ComputeForm {
  graphPath: string; // for a cache with shared buffers: past and present are the same tensors
  rowsGraphPath: string; // for a runtime that copies outputs: outputs only the rows that a run adds to the cache
  probePath: string; // `KernelProbe`'s graph
  lowRank: LowRankForm; // the same two graphs, over the same weights, with an adapter's factors as inputs; absent in a GpuForm
  layers: LayersForm; // absent in a GpuForm
  derived: boolean; // false: found intact in the cache folder
  found: FormState; // state of what was in the cache folder before
  ms: number;
}

/** Graphs over the same weights that tell what the layers did; see `LayerNames`. */
export interface LayersForm {
  graphPath: string; // `rowsGraphPath`'s, with more outputs
  lensPath: string; // the final norm and the head alone
}

export interface LowRankForm {
  graphPath: string;
  rowsGraphPath: string;
  smoothingPath: string; // what `factorTensors` needs to know of the weights
}

/**
 * The model's compute form: from `cacheDir` if it is there and intact, otherwise derived. Several processes may do this at once, and be killed
 * at any moment: a form is either complete or absent.
 * @throws UserError when the cache folder cannot be written, or when no graph exists for such a model
 */
export async function computeForm(
  model: StoredModel,
  { cacheDir, form = "row8" }: { cacheDir: string; form?: Form },
): Promise<ComputeForm> {
  const start = performance.now();
  const formsDir = path.join(cacheDir, "forms");
  const dir = path.join(formsDir, formKey(model, form));
  const found = await readForm(dir, filesOf(form));
  if (found !== "intact") {
    try {
      await fs.mkdir(formsDir, { recursive: true, mode: 0o700 });
      await removeStaleFolders(formsDir);
      await removeUnused(formsDir, MOST_FORMS - 1);
      await writeForm(dir, (temporary) => derive(model, form, temporary));
    } catch (error) {
      if (isFileSystemError(error)) throw cacheUnwritable(formsDir, error.message);
      throw error;
    }
  }
  await noteUse(dir);
  return {
    graphPath: path.join(dir, SHARED_CACHE_GRAPH),
    rowsGraphPath: path.join(dir, CACHE_ROWS_GRAPH),
    probePath: path.join(dir, PROBE_GRAPH),
    lowRank: {
      graphPath: path.join(dir, LOW_RANK_GRAPH),
      rowsGraphPath: path.join(dir, LOW_RANK_ROWS_GRAPH),
      smoothingPath: path.join(dir, SMOOTHING_FILE),
    },
    layers: { graphPath: path.join(dir, LAYERS_GRAPH), lensPath: path.join(dir, LENS_GRAPH) },
    derived: found !== "intact",
    found,
    ms: performance.now() - start,
  };
}

/** Whether the cache folder has the model's compute form. Checks only that its files exist, and reads none: the form may be damaged. */
export async function hasComputeForm(
  model: StoredModel,
  { cacheDir, form = "row8" }: { cacheDir: string; form?: Form },
): Promise<boolean> {
  const files = filesOf(form).map((name) => path.join(cacheDir, "forms", formKey(model, form), name));
  const found = await Promise.all(files.map((file) => fs.stat(file).then(Boolean, () => false)));
  return !found.includes(false);
}

/** The folder name of a form; it changes with the weights, the shape, the form, and the code that derives it. */
function formKey(model: StoredModel, form: Form): string {
  const { weightsSha256, calibrationSha256, config } = model;
  const facts = JSON.stringify([weightsSha256, calibrationSha256, config, form, BUILDER_VERSION]);
  return createHash("sha256").update(facts).digest("hex");
}

/** Writes the graphs and their weights into the empty folder `dir`. */
async function derive(model: StoredModel, form: Form, dir: string): Promise<FormFile[]> {
  const data = new DataFile(path.join(dir, WEIGHTS_FILE));
  try {
    const shared = new OnnxGraph(data, WEIGHTS_FILE);
    const smoothing = new SmoothingRecord(model.config);
    const places: LinearPlaces = new Map();
    const isFloat = form === "fp32" || isGpuForm(form); // activations of this form are not rounded
    const source = isFloat ? model : smoothed(model, (input, factors) => smoothing.set(input, factors));
    const values = await emitDecoder(shared, source, noticing(FORMS[form], places));
    const [rows, lowRank] = [shared.fork(), shared.fork()];
    exposeSharedCache(shared, model.config, cacheType(form));
    exposeCacheRows(rows, model.config, cacheType(form));
    const probe = new OnnxGraph(data, WEIGHTS_FILE);
    emitKernelProbe(probe);
    const files = [
      { name: WEIGHTS_FILE, ...data.finish() },
      await writeFormFile(path.join(dir, SHARED_CACHE_GRAPH), shared.encode()),
      await writeFormFile(path.join(dir, CACHE_ROWS_GRAPH), rows.encode()),
      await writeFormFile(path.join(dir, PROBE_GRAPH), probe.encode()),
    ];
    if (isGpuForm(form)) return files;
    const layers = rows.fork();
    exposeLayers(layers, model.config, values);
    const lens = shared.overConstants();
    emitLens(lens, source, values);
    exposeLowRank(lowRank, model.config, places);
    const lowRankRows = lowRank.fork();
    exposeSharedCache(lowRank, model.config);
    exposeCacheRows(lowRankRows, model.config);
    return [
      ...files,
      await writeFormFile(path.join(dir, LOW_RANK_GRAPH), lowRank.encode()),
      await writeFormFile(path.join(dir, LOW_RANK_ROWS_GRAPH), lowRankRows.encode()),
      await writeFormFile(path.join(dir, SMOOTHING_FILE), new Uint8Array(smoothing.values.buffer)),
      await writeFormFile(path.join(dir, LAYERS_GRAPH), layers.encode()),
      await writeFormFile(path.join(dir, LENS_GRAPH), lens.encode()),
    ];
  } finally {
    data.close();
  }
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
