// The licences of the npm packages that are in the bundles or beside them: their texts, as they ask for, in one file.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../steps.ts";

/** Every package that is not for development alone, with its LICENSE; where it publishes none, with the licence that its package.json names. */
export function noticesText(): string {
  const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const packages = Object.entries<{ dev?: boolean; optional?: boolean; version: string; license?: string }>(
    lock.packages,
  );
  const shipped = packages.filter(([folder, { dev }]) => folder !== "" && !dev && existsSync(path.join(root, folder)));
  const parts = shipped.map(([folder, { version, license }]) => {
    const name = folder.replace(/^.*node_modules\//, "");
    const text = licenceText(path.join(root, folder)) ?? "It publishes no text of its licence.";
    return `${name} ${version}, ${license ?? "licence not named"}\n\n${text.trim()}\n`;
  });
  const heading =
    "Sotto contains, whole or in part, these packages of npm. The Node beside them has its licences in node/LICENSE.\n";
  return [heading, ...parts].join(`\n${"-".repeat(80)}\n\n`);
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file && readFileSync(path.join(folder, file), "utf8");
}
