// Through a proxy: which one for which address, the tunnel for https, and that certificates and redirects are checked.

import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { proxyFor } from "../../../../server/models/download/proxy.ts";
import { type Network, redirectTarget, send, TransferFailure } from "../../../../server/models/download/request.ts";
import { UserError } from "../../../../server/protocol/errors.ts";
import { selfSigned } from "./selfSigned.ts";
import { serve } from "./testServer.ts";

const NETWORK: Network = { proxy: "", token: undefined, tokenOrigin: "", stallMs: 10_000 };

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
    assert.equal(proxyFor(new URL(address), setting, variables)?.href, proxy, `${address} ${setting}`);
  }
  for (const bad of ["socks5://there:1", "http://", "://"]) {
    assert.throws(
      () => proxyFor(new URL("https://a/"), bad, {}),
      (error) => error instanceof UserError && error.code === "settingInvalid",
    );
  }
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
  assert.equal(await bodyOf(address, { ...NETWORK, certificates, proxy: proxy.address }), "200 secret");
  const authorization = `Basic ${Buffer.from("me:s cret").toString("base64")}`;
  assert.deepEqual(proxy.asked, [{ target: `127.0.0.1:${new URL(server.base).port}`, authorization }]);
  assert.equal(await bodyOf("http://hub.example/y?z", { ...NETWORK, proxy: proxy.address }), "200 by proxy");
  assert.deepEqual(proxy.asked[1], { target: "http://hub.example/y?z", authorization });
  for (const through of ["", proxy.address]) {
    const stranger = { ...NETWORK, certificates: [selfSigned().cert], proxy: through };
    await assert.rejects(bodyOf(address, stranger), /TransferFailure.*(self-signed|certificate|signature)/s);
  }
  proxy.close();
  server.close();
});

test("a proxy that refuses, or is not there, is named", async () => {
  const refusing = await openProxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  await assert.rejects(bodyOf("https://hub.example/", { ...NETWORK, proxy: refusing.address }), (error: Error) => {
    assert.ok(error instanceof TransferFailure);
    assert.match(error.message, /^the proxy 127.0.0.1:\d+ answered with status 407$/);
    return true;
  });
  refusing.close();
  const gone = { ...NETWORK, proxy: refusing.address };
  await assert.rejects(bodyOf("https://hub.example/", gone), /the proxy 127.0.0.1:\d+: .*ECONNREFUSED/);
});
