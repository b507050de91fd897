// The package.json and the pages of what is published, made from the repository's own. Pure.

export interface Manifest extends Record<string, unknown> {
  name: string;
  displayName: string;
  description: string;
  publisher: string;
  version: string;
  license: string;
  engines: Record<string, string>;
  categories: string[];
  keywords: string[];
  extensionKind: string[];
  icon: string;
  galleryBanner: { color: string; theme: string };
  main?: string;
  repository?: { type: "git"; url: string };
}

/** The name of the extension that holds the strong model; `tiers.ts` of the engine looks for its folder. */
const STRONG_NAME = "sotto-strong";

/** What a package is made of, and what only the repository needs. */
const DEVELOPMENT = ["private", "scripts", "dependencies", "devDependencies", "overrides", "bin"];

export function packageManifest(own: Manifest, repository?: string): Manifest {
  const published = Object.entries(own).filter(([name]) => !DEVELOPMENT.includes(name));
  return { ...(Object.fromEntries(published) as Manifest), ...source(repository) };
}

/** An extension that is a model's folder and nothing else: VS Code runs nothing of it. */
export function strongManifest(own: Manifest, repository?: string): Manifest {
  const { publisher, version, license, engines, keywords, extensionKind, icon, galleryBanner } = own;
  return {
    name: STRONG_NAME,
    displayName: "Sotto: strong model",
    description: "The strong model of Sotto. Sotto finds it by itself; without Sotto it does nothing.",
    publisher,
    version,
    license,
    engines: { vscode: engines.vscode },
    categories: ["Machine Learning"],
    keywords,
    extensionKind,
    icon,
    galleryBanner,
    ...source(repository),
  };
}

const source = (repository: string | undefined) =>
  repository === undefined ? {} : { repository: { type: "git" as const, url: repository } };

/**
 * A page of the repository as a shop shows it, which knows no files beside it: links and pictures become addresses in the source of this version.
 * Where nobody says where the source is, a link becomes its text, and a picture goes.
 */
export function shopPage(markdown: string, version: string, repository?: string): string {
  const base = repository?.replace(/\.git$/, "");
  return markdown.replace(/(!?)\[([^\]\n]*)\]\(([^)\s]+)\)/g, (link, mark: string, text: string, target: string) => {
    if (/^(?:https?:|#)/.test(target)) return link;
    if (base === undefined) return mark === "!" ? "" : text;
    return `${mark}[${text}](${base}/${mark === "!" ? "raw" : "blob"}/v${version}/${target})`;
  });
}
