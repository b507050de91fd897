// A VSIX: a zip file with what VS Code and the shops read about an extension, and the extension's files below extension/.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { Contents, Source } from "./contents.ts";
import type { Manifest } from "./manifests.ts";
import { nodeIn, type Target } from "./targets.ts";
import { writeZip } from "./zip.ts";

/** Content types of file endings; others are octets. */
const TYPES: Readonly<Record<string, string>> = {
  ".json": "application/json",
  ".cjs": "application/javascript",
  ".js": "application/javascript",
  ".md": "text/markdown",
  ".txt": "text/plain",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".vsixmanifest": "text/xml",
};

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Writes the package. @returns its size in bytes */
export function writeVsix(file: string, contents: Contents, target: Target | undefined): number {
  const manifest: Manifest = JSON.parse(textOf(contents.get("package.json")!));
  const inputs = [...contents].sort(([a], [b]) => (a < b ? -1 : 1)); // the same bytes on every system
  return writeZip(file, [
    { name: "extension.vsixmanifest", data: () => Buffer.from(vsixManifest(manifest, contents, target)) },
    { name: "[Content_Types].xml", data: () => Buffer.from(contentTypes([...contents.keys()])) },
    ...inputs.map(([name, source]) => ({
      name: `extension/${name}`,
      data: () => ("file" in source ? readFileSync(source.file) : Buffer.from(source.text)),
      isExecutable: target !== undefined && name === nodeIn(target),
    })),
  ]);
}

const textOf = (source: Source) => ("text" in source ? source.text : readFileSync(source.file, "utf8"));

function vsixManifest(manifest: Manifest, contents: Contents, target: Target | undefined): string {
  const { publisher, name, version, displayName, description, keywords, categories, repository, galleryBanner } =
    manifest;
  const code = "Microsoft.VisualStudio.Code";
  const services = "Microsoft.VisualStudio.Services";
  const properties: [id: string, value: string | undefined][] = [
    [`${code}.Engine`, manifest.engines.vscode],
    [`${code}.ExtensionDependencies`, ""],
    [`${code}.ExtensionPack`, ""],
    [`${code}.ExtensionKind`, manifest.extensionKind.join(",")],
    [`${code}.LocalizedLanguages`, ""],
    [`${code}.ExecutesCode`, manifest.main === undefined ? undefined : "true"],
    [`${services}.Links.Source`, repository?.url],
    [`${services}.Links.GitHub`, repository?.url.includes("//github.com/") ? repository.url : undefined],
    [`${services}.Branding.Color`, galleryBanner.color],
    [`${services}.Branding.Theme`, galleryBanner.theme],
    [`${services}.GitHubFlavoredMarkdown`, "true"],
    [`${services}.Content.Pricing`, "Free"],
  ];
  const assets: [type: string, file: string][] = [
    [`${code}.Manifest`, "package.json"],
    [`${services}.Content.Details`, "README.md"],
    [`${services}.Content.Changelog`, "CHANGELOG.md"],
    [`${services}.Content.License`, "LICENSE.txt"],
    [`${services}.Icons.Default`, manifest.icon],
  ];
  const platform = target === undefined ? "" : ` TargetPlatform="${target}"`;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}"${platform} />
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Tags>${escaped(keywords.join(","))}</Tags>
    <Categories>${escaped(categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
${properties
  .filter(([, value]) => value !== undefined)
  .map(([id, value]) => `      <Property Id="${id}" Value="${escaped(value!)}" />`)
  .join("\n")}
    </Properties>
    <License>extension/LICENSE.txt</License>
    <Icon>extension/${manifest.icon}</Icon>
  </Metadata>
  <Installation>
    <InstallationTarget Id="${code}" />
  </Installation>
  <Dependencies />
  <Assets>
${assets
  .filter(([, file]) => contents.has(file))
  .map(([type, file]) => `    <Asset Type="${type}" Path="extension/${file}" Addressable="true" />`)
  .join("\n")}
  </Assets>
</PackageManifest>
`;
}

/** The content type of each file ending. */
function contentTypes(names: readonly string[]): string {
  const endings = new Set([".vsixmanifest", ...names.map((name) => path.posix.extname(name).toLowerCase())]);
  endings.delete("");
  const lines = [...endings].map(
    (ending) => `<Default Extension="${ending}" ContentType="${TYPES[ending] ?? "application/octet-stream"}"/>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${lines.join("")}</Types>
`;
}
