// Names that a runtime, a library or a test runner defines: where the compiler does not know one of them, its types are not installed or not
// configured. The name is not an invention, so it is not reported. The compiler has a separate message for most (TS2580 to TS2593, TS2867).

const names = new Set(
  `
  document console window self globalThis navigator location fetch
  setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate queueMicrotask structuredClone
  URL URLSearchParams AbortController AbortSignal TextEncoder TextDecoder Event EventTarget performance crypto
  process require Buffer module exports __dirname __filename global NodeJS Bun Deno
  $ jQuery React JSX
  describe suite it test expect before after beforeEach afterEach beforeAll afterAll jest vi
  Map Set Promise Symbol WeakMap WeakSet WeakRef Iterator AsyncIterator SharedArrayBuffer Atomics AsyncIterable AsyncIterableIterator
  AsyncGenerator AsyncGeneratorFunction BigInt Reflect BigInt64Array BigUint64Array
  await
  `
    .trim()
    .split(/\s+/),
);

export const isEnvironmentName = (name: string): boolean => names.has(name);
