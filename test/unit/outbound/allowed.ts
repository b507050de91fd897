// What of Sotto's code may reach beyond its own process, and why. A door that is not here fails the test; so does an entry that nothing needs.

/** By file, then by door as `doorsOf` names it: the reason. */
export const ALLOWED_DOORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "server/download/request.ts": {
    "module node:tls": "the certificates that this machine trusts, for a download that a person has asked for",
  },
  "server/remote/connection.ts": {
    "module node:http":
      "a server with a model that a person has chosen by its address: on this machine, or on another after being asked",
    "module node:https": "as above",
    "module node:tls": "the certificates that this machine trusts, for such a server",
  },
  "server/host/election.ts": {
    "connect(address)": "the socket of this user's host: a path or a pipe's name, never a port",
    "listen(address, …)": "as above",
  },
  "server/host/host.ts": {
    "createServer(…)": "answers on this user's socket, which election.ts opens",
  },
  "src/model/modelHost.ts": {
    "connect(address)": "the socket of this user's host",
    "spawn(nodePath)": "starts the host: dist/host.cjs in this Node",
  },
  "server/host/deriveProcess.ts": { "execFile(process.execPath)": "the host's own script in this Node" },
  "server/host/deviceProcess.ts": { "spawn(process.execPath)": "the device trial in this Node" },
  "server/serve/httpServer.ts": {
    "createServer of node:http": "answers programs of this machine, or of others with a key; it asks nobody",
  },
  "server/train/run/trainingProcess.ts": { "spawn(process.execPath)": "the trainer in this Node" },
  "src/actions/fineTune/script.ts": { "spawn(process.execPath)": "the fine-tuning job in this Node" },
  "src/actions/tests/python/askPython.ts": {
    "spawn(python)": "the workspace's own Python, which looks at a function's text and runs nothing of it (look.py)",
  },
  "src/actions/tests/sandbox.ts": {
    "spawn(file)":
      "a function of the workspace that is being tested, without a network: in this Node without any permission, where the system lets the network be taken away; in Python only there",
    "spawnSync(program)": "asks whether a namespace without a network can be made",
  },
  "src/actions/tests/sandboxProcess.ts": {
    getBuiltinModule:
      "runs inside the sandbox: the text of one function, which cannot import; it takes this away from what is tested",
    "globalThis as a value": "as above: takes fetch and its like away, and marks the branches",
    "loads CALLS": "as above: the calls, as a text that this process was given",
    "loads `${name}?${round}`": "as above: a test, as a text that this process was given",
    "loads url": "as above: the tested module, as a text that was looked at before (purity.ts)",
  },
  "src/editor/childCli.ts": {
    "execFile(node)": "Sotto's own command line: the doctor for a report, and tests, where a person has asked for them",
  },
  "src/editor/agentNode.ts": { "execFile(file)": "asks the package's own Node for its version" },
  "src/index/indexerProcess.ts": { "fork(script)": "the indexer in this Node" },
  "src/typescript/thread.ts": { "new Worker(script)": "the compiler's thread: dist/typescript.cjs" },
  "cli/fineTuneProcess.ts": { "spawn(process.execPath)": "the fine-tuning job in this Node" },
  "cli/commands/bench.ts": { "spawn(process.execPath)": "the repository's own benches in this Node" },
  "cli/evaluation/testRunner.ts": {
    "spawn(file)": "the tests of an evaluation case, without a network where the system allows that",
    "spawnSync(unshare[0])": "asks whether a namespace without a network can be made",
    'spawnSync("python3")': "asks whether there is a Python for those tests",
  },
  "finetune/data/git.ts": {
    'spawn("git")': "reads the history of the workspace; no lazy fetch, no prompt, nothing that speaks to a remote",
  },
  "finetune/job/power.ts": { "execFile(program)": "asks the system whether it runs on mains power" },
  "finetune/torch/python.ts": { "execFile(python)": "asks the person's own Python which PyTorch it has" },
  "finetune/torch/torchTrainer.ts": {
    "spawn(file)": "training in the person's own Python; the base, data and result lie on this machine",
  },
  "server/engine/load/gpuList.ts": { 'execFile("reg.exe")': "reads the graphics cards from the registry of Windows" },
  "server/engine/runtime/cApi.ts": { "loads packageFile": "the version in onnxruntime-node's own package.json" },
  "src/actions/fix/python/mypy.ts": {
    "execFile(this.program)": "the person's own mypy, in a trusted workspace, with limits of time and length",
  },
  "src/actions/fix/python/pyright.ts": {
    "spawn(this.program)": "the person's own pyright, in a trusted workspace, with a limit of time",
  },
  "src/typescript/loadCompiler.ts": {
    'loads path.join(folder, "lib", "typescript.js")':
      "the compiler of a trusted workspace, the editor's, or Sotto's own",
  },
};

/** Packages that run inside Sotto. A new one is looked at before it comes here: does it open connections by itself? */
export const ALLOWED_PACKAGES: Readonly<Record<string, string>> = {
  "@bufbuild/protobuf": "writes ONNX graphs",
  "@vscode/tree-sitter-wasm": "parses",
  "d3-scale": "places numbers on axes",
  "d3-shape": "draws lines as paths",
  ignore: "matches patterns",
  koffi: "calls native libraries of this machine",
  "node-gyp-build": "finds a native build on the disk",
  "onnxruntime-node": "runs models; its telemetry is off before it is loaded (server/engine/runtime/environment.ts)",
  "tree-sitter": "parses",
  typescript: "compiles",
  undici: "opens connections: the folder of downloads alone may load it",
  vscode: "the editor",
  "vscode-jsonrpc": "speaks over the socket or channel that it is given",
  "vscode-languageclient": "speaks over the channel to the agent",
  "vscode-languageserver": "speaks over the channel that the editor has opened",
  "vscode-languageserver-textdocument": "holds texts",
  zod: "checks values",
};
