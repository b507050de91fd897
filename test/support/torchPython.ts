// A Python with PyTorch for the tests, where this machine has one: SOTTO_TEST_PYTHON, or the first on the PATH. Not a test.

import { findPython } from "../../finetune/torch/python.ts";

/** `skip` says why there is none; it is what a test's option of that name takes. */
export async function torchPython(): Promise<{ python: string; skip: false | string }> {
  try {
    return { python: await findPython(process.env.SOTTO_TEST_PYTHON), skip: false };
  } catch (error) {
    return { python: "", skip: `no Python with PyTorch (SOTTO_TEST_PYTHON): ${(error as Error).message}` };
  }
}
