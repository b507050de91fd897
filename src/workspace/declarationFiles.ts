// Tells the declaration files of TypeScript, and what belongs to dependencies, by their paths. Pure.

/** `a.d.ts`, `a.d.mts`, `a.d.css.ts` */
export function isDeclaration(file: string): boolean {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const at = name.indexOf(".d.");
  return at !== -1 && /^(?:.+\.)?[cm]?ts$/s.test(name.slice(at + ".d.".length));
}

/** Whether it tells of a dependency's types: a declaration or a manifest in a `node_modules`, also in one of a folder above. */
export const isOfDependency = (file: string): boolean =>
  `/${file}`.includes("/node_modules/") && (file.endsWith("/package.json") || isDeclaration(file));

/** Whether it lies where packages are installed: below a `node_modules`, or a virtual environment's `site-packages`. */
export const isInstalled = (file: string): boolean => /\/(?:node_modules|site-packages)\//.test(`/${file}`);
