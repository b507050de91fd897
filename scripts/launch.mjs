// The one door for every npm script: finds a Node that fits, installs what is missing, then runs scripts/tasks/<task>.ts.
// Plain JavaScript that Node 20 can run, without packages. Usage: node scripts/launch.mjs TASK [ARGUMENT ...]
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const NODE_MINIMUM = [22, 19]; // undici; strips types without a flag
const NODE_FROM_NPM = "24.21.0";
const DEBIAN_PACKAGES = {
  chromium: "/usr/bin/chromium",
  "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu",
  iproute2: "/usr/sbin/ip", // brings loopback up in the test's network namespace
};

/** Vulkan in software: lets the tests of the model on a graphics processor run on a machine that has none. They are skipped without it. */
const VULKAN_PACKAGES = { "mesa-vulkan-drivers": "/usr/share/vulkan/icd.d" };

const say = (text) => process.stderr.write(`${text}\n`);
const stop = (text) => {
  say(text);
  process.exit(1);
};
const atLeast = (version, minimum) => {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
};

/** Runs npm in `folder` with this Node; settings that an outer `npm run` leaks into the environment are dropped. */
function npm(folder, ...args) {
  const env = { ONNXRUNTIME_NODE_INSTALL: "skip" };
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^npm_(config_(local_)?prefix|package_|lifecycle_|command)/.test(name)) env[name] = value;
  }
  const command = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [file, ...before] = command;
  const options = {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32" && file === "npm",
  };
  execFileSync(file, [...before, ...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], options);
}

/** Path of a Node that fits: this one, else one from npm under .tools/ (the package carries the binary itself). */
function fittingNode() {
  if (atLeast(process.version, NODE_MINIMUM)) return process.execPath;
  const folder = path.join(root, ".tools", `node-${NODE_FROM_NPM}`);
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const binary = path.join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    say(
      `Node ${process.version} is too old (${NODE_MINIMUM.join(".")} is the oldest that fits): installing Node ${NODE_FROM_NPM} into .tools/ …`,
    );
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{"name":"node-for-sotto","private":true}\n');
    try {
      npm(folder, "install", `${name}@${NODE_FROM_NPM}`);
    } catch {
      stop(
        `Node could not be installed from npm. Install Node ${NODE_MINIMUM.join(".")} or newer and run the command again.`,
      );
    }
  }
  return binary;
}

/** Installs the npm packages when they are missing or the lock file has changed since. */
function installPackages() {
  const stamp = path.join(root, "node_modules", ".sotto-installed");
  const lock = readFileSync(path.join(root, "package-lock.json"));
  const wanted = `${createHash("sha256").update(lock).digest("hex")} ${process.platform}-${process.arch}\n`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const folder = path.join(root, "node_modules");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    stop("node_modules is a link into another checkout, and its packages are not those of this one. Remove the link.");
  say("Installing npm packages …");
  try {
    npm(root, "ci");
  } catch {
    stop(
      "The npm packages could not be installed (npm's own message is above). Check the network, then run the command again.",
    );
  }
  writeFileSync(stamp, wanted);
}

/** Lets the tests with Neovim run; the stage says so where there is none. */
const NEOVIM_PACKAGES = { neovim: "/usr/bin/nvim" };

/** Names of the packages whose file is not there. */
const missingOf = (packages) =>
  Object.entries(packages)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
const aptLine = (names) => `apt-get install -y --no-install-recommends ${names.join(" ")}`;
const hasApt = () => process.platform === "linux" && existsSync("/usr/bin/apt-get");

/** Installs with apt-get, as root; throws when that fails. */
function installWithApt(names) {
  say(`Installing Debian packages: ${names.join(", ")} …`);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
  };
  execFileSync("apt-get", ["update", "-q"], options);
  execFileSync("apt-get", aptLine(names).split(" ").slice(1), options);
}

/** Chromium and a font, for tasks that open VS Code in a browser. */
function installBrowser() {
  const names = missingOf(DEBIAN_PACKAGES);
  if (names.length === 0 || process.env.CHROMIUM) return;
  if (!hasApt()) stop("A Chromium browser is needed here: install one and set CHROMIUM to its path.");
  if (process.getuid() !== 0)
    stop(`Debian packages are missing. Run this line, then the command again:\n  sudo ${aptLine(names)}`);
  try {
    installWithApt(names);
  } catch {
    stop(
      `The Debian packages could not be installed. Run this line yourself, then the command again:\n  ${aptLine(names)}`,
    );
  }
}

/** Without them some tests are skipped, and say so: nothing stops here. */
function installForTests(packages, tests) {
  const names = missingOf(packages);
  if (names.length === 0 || !hasApt()) return;
  if (process.getuid() !== 0) return say(`For the tests ${tests}, also run: sudo ${aptLine(names)}`);
  try {
    installWithApt(names);
  } catch {
    say(`${names.join(", ")} could not be installed: the tests ${tests} are skipped.`);
  }
}

const desktopCode = () =>
  (process.env.PATH ?? "")
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, process.platform === "win32" ? "code.cmd" : "code")));

function needsBrowser(task, args) {
  if (task === "test") return args.length === 0 || args.includes("editor");
  if (task === "start") return args.includes("--once") || !process.stdout.isTTY || !desktopCode();
  return false;
}

const needsVulkan = (task, args) =>
  task === "test" && (args.length === 0 || args.includes("unit") || args.includes("host"));

const [task, ...args] = process.argv.slice(2);
const tasks = readdirSync(path.join(root, "scripts", "tasks")).map((name) => name.replace(/\.ts$/, ""));
if (!tasks.includes(task))
  stop(`Usage: node scripts/launch.mjs TASK [ARGUMENT ...], with TASK one of ${tasks.join(", ")}.`);

const node = fittingNode();
installPackages();
if (needsBrowser(task, args)) installBrowser();
if (needsVulkan(task, args)) installForTests(VULKAN_PACKAGES, "on a graphics processor");
if (task === "test" && args.includes("neovim")) installForTests(NEOVIM_PACKAGES, "with Neovim");

const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}` };
const file = path.join(root, "scripts", "tasks", `${task}.ts`);
const child = spawn(node, ["--disable-warning=ExperimentalWarning", file, ...args], { env, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
