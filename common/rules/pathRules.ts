// What a path alone says about a file: secrets by name, folders that nobody writes by hand, lock files, what tools have written.
// Pure; paths are relative to the root, with forward slashes.

import type { Refusal } from "./refusal.ts";

/** Folders that hold what nobody wrote by hand, wherever they lie. */
const skippedFolders = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  "dist",
  "build",
  "out",
  "coverage",
  "target",
  "__pycache__",
  ".venv",
  "venv",
  ".tox",
  ".mypy_cache",
]);

/** Folders of programs that keep keys. */
const secretFolders = new Set([".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"]);

/** Names in lower case. A public half (`id_rsa.pub`) is no secret. */
const secretNames: readonly RegExp[] = [
  /^\.env($|[^a-z])|^\.envrc$|\.env$/, // .env, .env.local, production.env
  /\.(pem|key|p8|p12|pfx|pkcs12|jks|keystore|kdbx?|ppk|asc|gpg|ovpn|tfstate|tfvars)$|\.(tfstate|tfvars)\./,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /^\.?(credentials?|secrets?)(\.(json|ya?ml|toml|ini|xml|txt|properties|enc))?$/,
  /^(client_secrets?|service[-_]?account)[^/]*\.json$/,
  /^[._](npmrc|netrc|pypirc|yarnrc\.yml|git-credentials|pgpass|my\.cnf|htpasswd|dockercfg|s3cfg|boto|vault-token)$/,
  /^(kubeconfig|master\.key|wp-config\.php)$/,
];

const lockFiles = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "deno.lock",
  "cargo.lock",
  "poetry.lock",
  "uv.lock",
  "pdm.lock",
  "pipfile.lock",
  "composer.lock",
  "gemfile.lock",
  "podfile.lock",
  "pubspec.lock",
  "mix.lock",
  "flake.lock",
  "go.sum",
  "gradle.lockfile",
  "packages.lock.json",
]);

const generatedNames =
  /\.pb\.(go|cc|h|ts|js)$|_pb2(_grpc)?\.pyi?$|_pb\.(d\.ts|js)$|\.g\.(dart|cs)$|\.designer\.cs$|\.snap$/;
const minifiedNames = /[.-]min\.([cm]?js|css)$|\.(js|css|ts)\.map$/;

/** Whether the name of the file, or of a folder above it, says that it holds secrets. */
export function isSecretPath(path: string): boolean {
  const parts = path.toLowerCase().split("/");
  const name = parts.at(-1)!;
  return parts.some((part) => secretFolders.has(part)) || secretNames.some((pattern) => pattern.test(name));
}

/** @param path with a slash at its end where it is a folder's */
export function refusalOfPath(path: string): Refusal | undefined {
  const isFolder = path.endsWith("/");
  const parts = (isFolder ? path.slice(0, -1) : path).split("/");
  const folders = isFolder ? parts : parts.slice(0, -1);
  if (isFolder ? parts.some((part) => secretFolders.has(part.toLowerCase())) : isSecretPath(path)) return "secretFile";
  if (folders.some((part) => skippedFolders.has(part))) return "skippedFolder";
  if (isFolder) return undefined;
  const name = parts.at(-1)!.toLowerCase();
  if (lockFiles.has(name)) return "lockFile";
  if (generatedNames.test(name)) return "generated";
  return minifiedNames.test(name) ? "minified" : undefined;
}
