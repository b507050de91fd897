// Private keys as blocks, whole and cut, in the ways that code, settings and notes hold them.

import { BASE64, type Draws, HEX, URL_SAFE } from "./draws.ts";

interface Block {
  file: string;
  text: string;
  parts: readonly string[];
}

const dashes = "-".repeat(5);
const mark = (which: string, label: string): string => `${dashes}${which} ${label}${dashes}`;

const labels = [
  "RSA PRIVATE KEY",
  "PRIVATE KEY",
  "EC PRIVATE KEY",
  "OPENSSH PRIVATE KEY",
  "ENCRYPTED PRIVATE KEY",
  "DSA PRIVATE KEY",
  "PGP PRIVATE KEY BLOCK",
  "ENCRYPTED SIGSTORE PRIVATE KEY",
];

const lines = (draws: Draws, alphabet: string, units: number, least: number, most: number): string[] =>
  Array.from({ length: draws.int(least, most) }, () => draws.text(alphabet, units));

function pem(draws: Draws): Block {
  const label = draws.pick(labels);
  const body = [...lines(draws, BASE64, draws.pick([64, 64, 70, 76]), 3, 20), `${draws.text(BASE64, 18, 40)}=`];
  const all = [mark("BEGIN", label), ...body, mark("END", label)];
  const head =
    label.startsWith("RSA") && draws.chance(0.3) ? ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0011", ""] : [];
  const whole = [all[0]!, ...head, ...all.slice(1)];
  const quote = draws.pick(['"', "'"]);
  const forms: [string, () => string][] = [
    ["pem", () => `${whole.join("\n")}\n`],
    ["pem", () => `${whole.join("\r\n")}\r\n`],
    ["json", () => `{ "k": "${all.join("\\n")}\\n" }\n`],
    ["env", () => `K="${all.join("\\n")}"\n`],
    ["env", () => `K="${whole.join("\n")}"\n`],
    ["yaml", () => `k: |\n${whole.map((line) => `    ${line}`).join("\n")}\n`],
    ["typescript", () => `const k =\n${all.map((line) => `  ${quote}${line}\\n${quote}`).join(" +\n")};\n`],
    [
      "typescript",
      () => `const k = [\n${all.map((line) => `  ${quote}${line}${quote},`).join("\n")}\n].join("\\n");\n`,
    ],
    ["typescript", () => `const k = \`${whole.join("\n")}\`;\n`],
    ["python", () => `K = (\n${all.map((line) => `    ${quote}${line}\\n${quote}`).join("\n")}\n)\n`],
    ["python", () => `K = """${whole.join("\n")}\n"""\n`],
    ["go", () => `var k = []byte(\`${whole.join("\n")}\`)\n`],
    ["comment", () => `${all.map((line) => `// ${line}`).join("\n")}\n`],
    ["comment", () => `${all.map((line) => `# ${line}`).join("\n")}\n`],
    ["xml", () => `<k>${whole.join("\n")}</k>\n`],
    ["diff", () => `${all.map((line) => `+${line}`).join("\n")}\n`],
    ["shell", () => `cat > k <<EOF\n${whole.join("\n")}\nEOF\n`],
    ["text", () => `k ${all.join(" ")}\n`],
    ["cut", () => `${whole.slice(0, -2).join("\n")}`],
    ["cut", () => `${all.slice(2).join("\n")}\n`],
    ["encoded", () => `k: ${Buffer.from(all.join("\n")).toString("base64")}\n`],
  ];
  const [file, make] = draws.pick(forms);
  const text = make();
  const wanted = file === "encoded" ? [Buffer.from(all.join("\n")).toString("base64").slice(40, 100)] : body;
  return { file, text, parts: wanted.filter((part) => text.includes(part)) };
}

function openVpn(draws: Draws): Block {
  const body = lines(draws, HEX, 32, 16, 16);
  return {
    file: "ovpn",
    text: `<tls-auth>\n${mark("BEGIN", "OpenVPN Static key V1")}\n${body.join("\n")}\n${mark("END", "OpenVPN Static key V1")}\n</tls-auth>\n`,
    parts: body,
  };
}

function ssh2(draws: Draws): Block {
  const body = lines(draws, BASE64, 70, 4, 10);
  const [start, end] = ["BEGIN", "END"].map((which) => `---- ${which} SSH2 ENCRYPTED PRIVATE KEY ----`);
  return { file: "ssh2", text: `${start}\nComment: "a"\n${body.join("\n")}\n${end}\n`, parts: body };
}

function putty(draws: Draws): Block {
  const body = lines(draws, BASE64, 64, 4, 14);
  const text = `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: a\nPublic-Lines: 1\nAAAAB3NzaC1yc2E=\nPrivate-Lines: ${body.length}\n${body.join("\n")}\nPrivate-MAC: ${draws.text(HEX, 64)}\n`;
  return { file: "ppk", text, parts: body };
}

function webKey(draws: Draws): Block {
  const isSymmetric = draws.chance(0.25);
  const names = isSymmetric ? ["k"] : draws.pick([["d"], ["d", "p", "q", "dp", "dq", "qi"]]);
  const members = names.map((name) => ({ name, value: draws.text(URL_SAFE, 43, 120) }));
  const kty = isSymmetric ? "oct" : names.length > 1 ? "RSA" : "EC";
  const entries = [["kty", kty], ["kid", "a1"], ...members.map(({ name, value }) => [name, value])].sort(
    () => draws.next() - 0.5,
  );
  const [open, close] = draws.pick([
    ['"', '"'],
    ["", '"'],
    ["'", "'"],
  ] as const);
  const written = entries.map(([name, value]) => `${open}${name}${open}: ${close}${value}${close}`);
  const text = draws.chance(0.5) ? `{ ${written.join(", ")} }\n` : `{\n  ${written.join(",\n  ")}\n}\n`;
  return { file: "jwk", text, parts: members.map(({ value }) => value) };
}

function dotNet(draws: Draws): Block {
  const value = () => `${draws.text(BASE64, 86)}==`;
  const [d, p] = [value(), value()];
  return {
    file: "xml",
    text: `<RSAKeyValue><Modulus>${value()}</Modulus><Exponent>AQAB</Exponent><P>${p}</P><D>${d}</D></RSAKeyValue>\n`,
    parts: [d, p],
  };
}

function openSslText(draws: Draws): Block {
  const bytes = () => Array.from({ length: 15 }, () => draws.text(HEX, 2)).join(":");
  const body = Array.from({ length: draws.int(3, 9) }, bytes);
  return {
    file: "dump",
    text: `Private-Key: (2048 bit)\nprivateExponent:\n${body.map((line) => `    ${line}:`).join("\n")}\nprime1:\n    ${bytes()}\n`,
    parts: body,
  };
}

function minisign(draws: Draws): Block {
  const body = `RWRTY0Iy${draws.text(BASE64, 200)}`;
  return { file: "minisign", text: `untrusted comment: minisign encrypted secret key\n${body}\n`, parts: [body] };
}

export function plantedBlock(draws: Draws): Block {
  return draws.chance(0.65)
    ? pem(draws)
    : draws.pick([openVpn, ssh2, putty, webKey, webKey, dotNet, openSslText, minisign])(draws);
}
