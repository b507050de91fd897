// A key and a certificate for 127.0.0.1 that it signs itself, made in memory (X.509 v3, RFC 5280, in DER). Not a test.

import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";

const tlv = (tag: number, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...items: Uint8Array[]) => tlv(0x30, ...items);
const bits = (content: Uint8Array) => tlv(0x03, Buffer.from([0]), content);
const octets = (...content: Uint8Array[]) => tlv(0x04, ...content);
const hex = (digits: string) => Buffer.from(digits, "hex");
const oid = (digits: string) => tlv(0x06, hex(digits));
const time = (text: string) => tlv(0x17, Buffer.from(text)); // UTCTime

const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));
const COMMON_NAME = "550403";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";

export function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const name = sequence(tlv(0x31, sequence(oid(COMMON_NAME), tlv(0x0c, Buffer.from("127.0.0.1")))));
  const address = tlv(0x87, Buffer.from([127, 0, 0, 1])); // iPAddress of a GeneralName
  const extensions = sequence(
    sequence(oid(SUBJECT_ALT_NAME), octets(sequence(address))),
    sequence(oid(BASIC_CONSTRAINTS), octets(sequence(tlv(0x01, Buffer.from([0xff]))))), // it is its own authority
  );
  const certificate = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    tlv(0x02, Buffer.from([1])), // serial number
    ECDSA_WITH_SHA256,
    name,
    sequence(time("200101000000Z"), time("491231235959Z")),
    name,
    publicKey,
    tlv(0xa3, extensions),
  );
  const signature = sign("sha256", certificate, createPrivateKey(privateKey));
  const der = sequence(certificate, ECDSA_WITH_SHA256, bits(signature));
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return { key: privateKey, cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n` };
}
