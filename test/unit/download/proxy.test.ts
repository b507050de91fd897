// Through a proxy: which one for which address, the tunnel for https, and that certificates and redirects are checked.

import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { Cancelled, UserError } from "../../../common/errors.ts";
import { type ProxyChoice, proxyFor } from "../../../server/download/proxy.ts";
import { type Network, redirectTarget, send, TransferFailure } from "../../../server/download/request.ts";
import { serve } from "../../support/testServer.ts";
import { selfSigned } from "./selfSigned.ts";

const NETWORK: Network = {
  proxy: { chosen: "", ofEditor: "" },
  strictSsl: true,
  token: undefined,
  tokenOrigin: "",
  stallMs: 10_000,
};

const through = (chosen: string, network = NETWORK): Network => ({ ...network, proxy: { chosen, ofEditor: "" } });

test("the setting, then the environment says which proxy; NO_PROXY excepts", () => {
  const env = {
    HTTPS_PROXY: "http://secure:1",
    http_proxy: "plain:2",
    NO_PROXY: "own.example, .inner,10.0.0.1,port.example:444,fe80::1",
  };
  for (const [address, setting, proxy, variables = env] of [
    ["https://hub.example/", "", "http://secure:1/"],
    ["http://hub.example/", "", "http://plain:2/"],
    ["https://hub.example/", "chosen:3", "http://chosen:3/"],
    ["https://own.example/", "chosen:3", "http://chosen:3/"],
    ["https://own.example/", "", undefined],
    ["https://deep.own.example/", "", undefined],
    ["https://notown.example/", "", "http://secure:1/"],
    ["https://a.inner/", "", undefined],
    ["https://10.0.0.1/", "", undefined],
    ["https://[fe80::1]/", "", undefined],
    ["http://127.0.0.1:8080/", "", undefined],
    ["http://localhost/", "chosen:3", "http://chosen:3/"],
    ["https://port.example/", "", "http://secure:1/"],
    ["https://port.example:444/", "", undefined],
    ["https://hub.example/", "", undefined, { HTTPS_PROXY: "secure:1", NO_PROXY: "*" }],
    ["https://hub.example/", "", undefined, {}],
    ["https://hub.example/", "", "https://tls.example/", { https_proxy: "https://tls.example" }],
  ] as [string, string, string | undefined, NodeJS.ProcessEnv?][]) {
    const choice = { chosen: setting, ofEditor: "" };
    assert.equal(proxyFor(new URL(address), choice, variables)?.href, proxy, `${address} ${setting}`);
  }
  for (const bad of ["socks5://there:1", "http://", "://"]) {
    for (const [choice, env, name] of [
      [{ chosen: bad, ofEditor: "" }, {}, "sotto.download.proxy"],
      [{ chosen: "", ofEditor: bad }, {}, "http.proxy"],
      [{ chosen: "", ofEditor: "" }, { HTTPS_PROXY: bad }, "HTTPS_PROXY"],
    ] as [ProxyChoice, NodeJS.ProcessEnv, string][])
      assert.throws(
        () => proxyFor(new URL("https://a/"), choice, env),
        (error) =>
          error instanceof UserError && error.code === "settingInvalid" && error.message.includes(` ${name} must be`),
      );
  }
});

test("the editor's proxy comes after the one for downloads and before the environment's, and has the same exceptions", () => {
  const env = { HTTPS_PROXY: "http://secure:1", HTTP_PROXY: "http://plain:2", NO_PROXY: "own.example" };
  for (const [address, choice, proxy] of [
    ["https://hub.example/", { chosen: "", ofEditor: "http://editor:4" }, "http://editor:4/"],
    ["http://hub.example/", { chosen: "", ofEditor: "editor:4" }, "http://editor:4/"],
    ["https://hub.example/", { chosen: "http://chosen:3", ofEditor: "http://editor:4" }, "http://chosen:3/"],
    ["https://own.example/", { chosen: "", ofEditor: "http://editor:4" }, undefined],
    ["http://127.0.0.1/", { chosen: "", ofEditor: "http://editor:4" }, undefined],
    ["https://hub.example/", { chosen: "", ofEditor: "" }, "http://secure:1/"],
  ] as [string, ProxyChoice, string | undefined][])
    assert.equal(proxyFor(new URL(address), choice, env)?.href, proxy, `${address} ${JSON.stringify(choice)}`);
});

test("redirects never leave https, and lead to web addresses only", () => {
  const from = new URL("https://hub.example/a/b");
  assert.equal(redirectTarget(from, "../c").href, "https://hub.example/c");
  assert.equal(redirectTarget(from, "https://cdn.example/x").href, "https://cdn.example/x");
  assert.equal(redirectTarget(new URL("http://mirror/a"), "https://cdn.example/x").href, "https://cdn.example/x");
  for (const location of [
    "http://hub.example/a",
    "//hub.example:99999/",
    "file:///etc/passwd",
    "data:,x",
    "javascript:0",
  ])
    assert.throws(() => redirectTarget(from, location), TransferFailure);
});

/** A proxy that tunnels, and one that notes what it was asked for. */
async function openProxy(answer = "HTTP/1.1 200 Connection Established\r\n\r\n") {
  const asked: { target: string; authorization: string | undefined }[] = [];
  const server = http.createServer((request, response) => {
    asked.push({ target: request.url!, authorization: request.headers["proxy-authorization"] });
    response.end("by proxy");
  });
  server.on("connect", (request, socket) => {
    asked.push({ target: request.url!, authorization: request.headers["proxy-authorization"] });
    socket.write(answer);
    if (!answer.includes(" 200 ")) return socket.end();
    const target = connect(Number(request.url!.split(":")[1]), "127.0.0.1");
    socket.pipe(target).pipe(socket);
    socket.on("error", () => target.destroy());
    target.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://me:${encodeURIComponent("s cret")}@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { asked, address, close };
}

const bodyOf = async (url: string, network: Network): Promise<string> => {
  const answer = await send(new URL(url), { method: "GET" }, network, new AbortController().signal);
  const chunks: Buffer[] = [];
  for await (const chunk of answer.chunks()) chunks.push(chunk);
  return `${answer.status} ${Buffer.concat(chunks)}`;
};

test("https goes through a tunnel, in which the server's certificate is checked; http is asked of the proxy", async () => {
  const identity = selfSigned();
  const server = await serve(
    (_, response) => response.end("secret"),
    https.createServer(identity) as unknown as http.Server,
  );
  const address = `https://127.0.0.1:${new URL(server.base).port}/x`;
  const proxy = await openProxy();
  const certificates = [identity.cert];
  assert.equal(await bodyOf(address, { ...NETWORK, certificates }), "200 secret");
  assert.equal(await bodyOf(address, through(proxy.address, { ...NETWORK, certificates })), "200 secret");
  const authorization = `Basic ${Buffer.from("me:s cret").toString("base64")}`;
  assert.deepEqual(proxy.asked, [{ target: `127.0.0.1:${new URL(server.base).port}`, authorization }]);
  assert.equal(await bodyOf("http://hub.example/y?z", through(proxy.address)), "200 by proxy");
  assert.deepEqual(proxy.asked[1], { target: "http://hub.example/y?z", authorization });
  for (const one of ["", proxy.address]) {
    const stranger = through(one, { ...NETWORK, certificates: [selfSigned().cert] });
    await assert.rejects(bodyOf(address, stranger), /TransferFailure.*(self-signed|certificate|signature)/s);
  }
  proxy.close();
  server.close();
});

test("where the editor does not check a proxy's certificates, what comes through it is taken, and no token is sent", async () => {
  const identity = selfSigned();
  const server = await serve(
    (_, response) => response.end("secret"),
    https.createServer(identity) as unknown as http.Server,
  );
  const proxy = await openProxy();
  const { origin, port } = new URL(server.base);
  const named = `https://localhost.localdomain:${port}`; // the proxy connects to this machine, whatever is asked for
  const network = { ...NETWORK, certificates: [selfSigned().cert], token: "hf_secret", strictSsl: false };
  assert.equal(await bodyOf(named, through(proxy.address, { ...network, tokenOrigin: named })), "200 secret");
  assert.equal(server.requests[0].headers.authorization, undefined);
  const trusting = { ...NETWORK, certificates: [identity.cert], token: "hf_secret", tokenOrigin: origin };
  assert.equal(await bodyOf(origin, through(proxy.address, trusting)), "200 secret");
  assert.equal(server.requests[1].headers.authorization, "Bearer hf_secret");
  await assert.rejects(bodyOf(origin, network), TransferFailure, "without a proxy all is checked");
  proxy.close();
  server.close();
});

test("a proxy that refuses, or is not there, is named", async () => {
  const refusing = await openProxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  await assert.rejects(bodyOf("https://hub.example/", through(refusing.address)), (error: Error) => {
    assert.ok(error instanceof TransferFailure);
    assert.match(error.message, /^the proxy 127.0.0.1:\d+ answered with status 407$/);
    return true;
  });
  refusing.close();
  await assert.rejects(
    bodyOf("https://hub.example/", through(refusing.address)),
    /the proxy 127.0.0.1:\d+: .*ECONNREFUSED/,
  );
  const plain = await serve((_, response) => response.writeHead(407).end());
  await assert.rejects(
    bodyOf("http://hub.example/", through(plain.base)),
    /the proxy 127.0.0.1:\d+ answered with status 407$/,
  );
  plain.close();
});

test("a proxy that hangs up, or never answers, is not waited for", async () => {
  let asked = 0;
  const hanging = http.createServer();
  hanging.on("connect", (_, socket) => {
    asked++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  await assert.rejects(bodyOf("https://hub.example/", through(address)), /TransferFailure.*the proxy 127.0.0.1:\d+: /s);
  assert.equal(asked, 1);
  hanging.removeAllListeners("connect").on("connect", () => {});
  const silent = through(address, { ...NETWORK, stallMs: 50 });
  await assert.rejects(bodyOf("https://hub.example/", silent), /hub.example sent nothing for 0.05 s/);
  const cancel = new AbortController();
  const cancelled = send(new URL("https://hub.example/"), { method: "GET" }, through(address), cancel.signal);
  setTimeout(() => cancel.abort(), 20);
  await assert.rejects(cancelled, Cancelled);
  hanging.close();
  hanging.closeAllConnections();
});
