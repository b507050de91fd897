// Encryption that hides little (CWE-327, CWE-329, CWE-326): broken ciphers, a mode that keeps patterns, an initialisation vector or nonce that is
// always the same, keys of RSA that are too short. A vector that is filled with random bytes after it was made is fine. Pure.

import { type Code, contextOf } from "./code.ts";
import type { Span } from "./lexemes.ts";

/** Calls that encrypt with a broken cipher or mode, or make a key for one. */
const weakCall =
  /(?:^|\.|::|->|\s)(?:(?:DES3?|ARC[24]|RC[24]|Blowfish|CAST|TripleDES|Rabbit|RC4Drop|Des|TripleDes|pyDes)(?:\.|::)(?:new|encrypt|Create|create|des|triple_des)|(?:decrepit\.)?algorithms\.(?:TripleDES|ARC4|Blowfish|IDEA|SEED|CAST5|RC2|DES)|(?:new )?(?:DES|TripleDES|RC2)(?:CryptoServiceProvider|Cng)|(?:pyDes\.)?triple_des|des\.New(?:TripleDES)?Cipher|rc4\.NewCipher|blowfish\.New(?:Salted)?Cipher|cast5\.NewCipher|x?tea\.NewCipher\w{0,20}|EVP_(?:des|rc[24]|bf|idea|cast5|seed|desx)\w{0,20}|EVP_\w{1,20}_ecb|(?:DES|AES|BF|RC2|CAST|IDEA)_ecb\w{0,10}_encrypt|DES_\w{0,20}(?:cbc|cfb|ncbc|ede3|set_key|key_sched)\w{0,20}|RC4(?:_set_key)?|mbedtls_(?:des3?|arc4|blowfish|xtea)_\w{1,30}|mbedtls_aes_crypt_ecb|Cipher::(?:des\w{0,20}|rc4|bf\w{0,10}|aes_\d{3}_ecb)|EncryptEcb|mcrypt_\w{1,30}|(?<!\.cipher\.)createCipher|(?:Des|TdesEde[23]|TdesEee[23]|Rc4|Rc2|Blowfish)(?:<[^<>()]{0,60}>)?::new\w{0,20}|des::(?:Des|TdesEde[23])::new)$/;
/** Names of modes and ciphers that are given to a cipher, wherever they stand. */
const weakMode =
  /(?<![\w])(?:CipherMode\.ECB|modes\.ECB\(|(?:[A-Z]\w{1,10}\.)?MODE_ECB|mode\.ECB|ModeOfOperation\.ecb|ECB_Mode\s{0,2}<|(?:ecb|block_modes)::(?:Encryptor|Ecb)\b|Ecb<|Ecb::<|MBEDTLS_(?:CIPHER|MODE)_\w{0,20}(?:ECB|DES|ARC4|RC4|BLOWFISH)\w{0,20}|GCRY_CIPHER_(?:MODE_ECB|DES|3DES|ARCFOUR|BLOWFISH|RFC2268\w{0,6})|CALG_(?:DES|3DES\w{0,6}|RC[24])|BCRYPT_(?:DES|3DES|RC[24])\w{0,8}_ALGORITHM|BCRYPT_CHAIN_MODE_ECB|kCC(?:AlgorithmDES|Algorithm3DES|AlgorithmRC[24]|AlgorithmBlowfish|OptionECBMode)|(?:DES|DES_EDE[23]|ARC4|Blowfish|RC2)::Encryption|CBC_Mode<\s{0,2}(?:CryptoPP::)?(?:DES|DES_EDE[23]|Blowfish)\s{0,2}>|pyDes\.ECB)/g;
/** Calls that are told the cipher by its name. */
const namedCall =
  /(?:^|\.|::|\s)(?:createCipheriv|createCipher|Cipher\.getInstance|KeyGenerator\.getInstance|SecretKeyFactory\.getInstance|openssl_encrypt|OpenSSL::Cipher(?:::Cipher)?\.new|EVP_get_cipherbyname|EVP_CIPHER_fetch|SecretKeySpec|SymmetricAlgorithm\.Create|CryptoConfig\.CreateFromName|GetCipher|CipherUtilities\.GetCipher|Cipher::from_name)$/;
const weakName =
  /^["'`](?:[\w/-]{0,20}[-_/]ecb(?:[-_/]\w{0,24})?|(?:des|desede|3des|tripledes|des3|des-ede3?|rc[24]|arc4|arcfour|blowfish|bf|cast5?|idea|seed)(?:[-_/][\w/-]{0,40})?)["'`]$/i;
const namesCipher = /alg(?:o(?:rithm)?)?s?$|cipher\w{0,12}$|mode$|transform(?:ation)?$/i;

/** Calls that encrypt, and which argument is the initialisation vector or nonce; -1 is the last. */
const vectors: readonly { callee: RegExp; argument: number; languages?: RegExp }[] = [
  { callee: /(?:^|\.)(?:createCipheriv|AES\.new)$/, argument: 2 },
  {
    callee: /(?:^|\.)modes\.(?:CBC|CTR|GCM|OFB|CFB8?)$|(?:^|\s)IvParameterSpec$|(?:^|\.)algorithms\.ChaCha20$/,
    argument: 0,
  },
  {
    callee:
      /(?:^|\s)(?:GCMParameterSpec|ChaCha20ParameterSpec)$|(?:^|\.)cipher\.New(?:CBCEncrypter|CTR|OFB|CFBEncrypter)$|(?:^|\.)EncryptC(?:bc|fb)$/,
    argument: 1,
  },
  { callee: /\.CreateEncryptor$/, argument: 1 },
  {
    callee: /(?:gcm|aead|cipher|chacha|AESGCM\([^()]{0,40}\)|ChaCha20Poly1305\([^()]{0,40}\)|aes)\w{0,10}\.encrypt$/i,
    argument: 0,
    languages: /^(?:python|rust)$/,
  },
  { callee: /(?:gcm|aead|aes|cipher|chacha\w{0,10})\.Encrypt$/i, argument: 0, languages: /^csharp$/ },
  { callee: /(?:gcm|aead|aesgcm|cipher|sealer|chacha\w{0,10})\.Seal$/i, argument: 1, languages: /^go$/ },
  {
    callee: /(?:Nonce|GenericArray)(?:::<[^<>]{0,40}>)?::(?:from_slice|assume_unique_for_key|from|clone_from_slice)$/,
    argument: 0,
    languages: /^rust$/,
  },
  {
    callee:
      /(?:Enc|Encryptor|Cbc|Ctr\d{0,3}\w{0,3}|Ofb|Cfb|ChaCha20|Salsa20)(?:::)?(?:<[^()]{0,60}>)?::new(?:_from_slices|_from_slice|_var|_fix)?$/,
    argument: 1,
    languages: /^rust$/,
  },
  { callee: /^(?:symm::)?encrypt(?:_aead)?$/, argument: 2, languages: /^rust$/ },
  { callee: /^EVP_(?:Encrypt|Cipher)Init(?:_ex2?)?$/, argument: 4 },
  { callee: /^AES_cbc_encrypt$/, argument: 4 },
  { callee: /^mbedtls_aes_crypt_cbc$/, argument: 3 },
  { callee: /^(?:mbedtls_cipher_set_iv|gcry_cipher_setiv)$|\.SetKeyWithIV$/, argument: 1 },
  { callee: /\.SetKeyWithIV$/, argument: 2 },
  { callee: /^crypto_(?:secretbox|box|aead_\w{1,40}_encrypt)(?:_easy)?$/, argument: 3 },
  { callee: /^openssl_encrypt$/, argument: 4 },
];
/** A vector that is given by its name or key: `iv: …`, `aes.IV = …`, `nonce=…`, `byte iv[16] = …`. */
const givenVector =
  /(?<![\w])((?:[\w$]{1,30}\.)?(?:\w{0,20}(?:[iI][vV]|IV|[nN]once|NONCE|[iI]nitVector|[iI]nitiali[sz]ationVector|INIT_VECTOR|init_vector)(?:_?(?:[bB]ytes?|BYTES|HEX|[hH]ex))?|(?:cipher|block|encrypter)\.iv))(?:\[[^\]\n]{0,40}\])?\s{0,4}(?::\s?[\w<>[\]; &\d]{1,30}(?=\s?=))?\s{0,4}(?::=|=(?![=>])|:(?!:))\s{0,4}(?=\S)/g;
/** Bytes that are nothing but zeros as long as nobody fills them. */
const zeroed =
  /^(?:new byte\[[^\]\n{]{1,30}\]|make\(\[\]byte,\s?[^\n]{1,30}\)|Buffer\.alloc\(\s?\w{1,20}(?:,\s?0)?\s?\)|new Uint8Array\(\s?\w{1,20}\s?\)|&?(?:mut )?\[\s?0(?:u8)?\s?;\s?\w{1,20}\s?\]|vec!\[\s?0(?:u8)?;|bytearray\(\s?\w{1,20}\s?\)|\{\s?0?\s?\}|\{\s?0x00|stackalloc byte\[|Default::default\(\)|Nonce::default\(\)|ByteArray\(\d)/;
/** Bytes that are written down, or taken from the key. */
const written =
  /^(?:&?\*?b?r?["'][^"'\n]{0,80}["'](?:\s?\*\s?\d{1,3}|\.(?:encode|getBytes|repeat|to_vec|as_bytes|toByteArray|bytes)\b[^\n]{0,40})?\s{0,4}(?=[,;)}\n]|$)|(?:Buffer\.from|bytes\.fromhex|CryptoJS\.enc\.\w{1,10}\.parse|Encoding\.\w{1,10}\.GetBytes|Convert\.From\w{1,16}|Hex\.decode\w{0,4}|hex!|forge\.util\.hexToBytes|hex\.DecodeString|binascii\.unhexlify|a2b_hex|base64\.b64decode|DatatypeConverter\.\w{1,24}|HexFormat\.of\(\)\.parseHex|Base64\.getDecoder\(\)\.decode|new TextEncoder\(\)\.encode)\(\s{0,4}b?["'`][^"'`\n$]{0,80}["'`]|Buffer\.from\(\s?\[\s?(?:0x)?\d|new Uint8Array\(\s?\[\s?(?:0x)?\d|Uint8Array\.from\(\s?\[\s?(?:0x)?\d|bytes\(\s?(?:\[\s?\d|\w{1,20}\s?\))|\[\]byte(?:\(\s?["`]|\{\s?(?:0x)?\d)|new byte\[\w{0,10}\]\s?\{\s?(?:\(byte\)\s?)?(?:0x)?\d|\{\s?(?:0x)?\d{1,3}\w?\w?\s?,|\[\s?(?:0x)?\d\w{0,3}\s?,|\(0\)\.to_bytes|(?:this\.|self\.|_)?(?:\w{0,20}[kK]ey|secret|SECRET_KEY)\w{0,10}(?:\[:|\[0:|\.slice\(\s?0|\.subarray\(\s?0|\.substring\(\s?0|\.substr\(\s?0|\[\.\.)|Arrays\.copyOf(?:Range)?\(\s?\w{0,20}[kK]ey|std::vector<[\w ]{1,20}>\(\w{1,10},\s?0\))/;
/** What fills bytes that were made before. */
const filled =
  /getRandomValues|randomFill|nextBytes|GetBytes|\.Fill\(|rand\.Read|ReadFull|fill|RAND_(?:priv_)?bytes|getrandom|arc4random|randombytes|GenerateBlock|copy|memcpy|read|Read|\.set\(|generate|random|urandom|CTR_DRBG|ctr_drbg|\+\+|put(?:Long|Int)|PutUint|extend|to_be_bytes|counter|Encrypt_?IV/;
const encrypts = /crypt|cipher|AES|aes|GCM|gcm|CBC|cbc|seal|Seal/;

const VALUE_UNITS = 120;
const NEAR_UNITS = 24;

const speaksOfCiphers =
  /crypt|cipher|aes|\bdes(?![a-z])|tripledes|pydes|tdes|rc[24]|ecb|gcm|cbc|\bctr|seal|rsa|blowfish|tea\.|cast5|arc[24]|evp_|nonce|ivparam|keypair|\bidea|chacha|salsa|calg_|kcc|rabbit|newkeys|algorithm/i;

export function weakEncryption(code: Code): Span[] {
  const { calls, text, lexemes } = code;
  if (!speaksOfCiphers.test(text)) return []; // a first look that costs little
  const found: Span[] = [];
  for (const { callee, start, end, args } of calls) {
    const said = args.map((one) => text.slice(one.start, one.end));
    if (weakCall.test(callee) && !/^(?:RC4|mcrypt_)/.test(callee)) found.push({ start, end });
    else if (/^(?:RC4|mcrypt_encrypt)$/.test(callee) && said.length > 2) found.push({ start, end });
    else if (namedCall.test(callee) && said.some((one) => weakName.test(one))) found.push({ start, end });
    else if (/(?:^|\.)Cipher\.getInstance$/.test(callee) && /^["'](?:AES|Rijndael)["']$/.test(said[0] ?? ""))
      found.push({ start, end });
    else if (isShortKey(callee, said, text)) found.push({ start, end });
    else if (
      /\.Encrypt$/.test(callee) &&
      code.languageId === "go" &&
      said.length === 2 &&
      said.every((one) => /\[[^\]]{0,40}:[^\]]{0,40}\]$/.test(one))
    )
      found.push({ start, end });
    else {
      const vector = vectors.find(
        (one) =>
          one.callee.test(callee) && (one.languages?.test(code.languageId) ?? true) && said.length > one.argument,
      );
      if (vector && isConstant(text, said[vector.argument]!, start)) found.push({ start, end });
    }
  }
  for (const { index, 0: whole } of text.matchAll(weakMode))
    if (isUsed(text, index)) found.push({ start: index, end: index + whole.length });
  for (const [i, lexeme] of lexemes.entries()) {
    if (
      lexeme.kind === "string" &&
      weakName.test(lexeme.text) &&
      /ecb|des[-_/]/i.test(lexeme.text) &&
      namesCipher.test(contextOf(code, i).target) &&
      isUsed(text, lexeme.start)
    )
      found.push(lexeme);
  }
  return [...found, ...givenVectors(text)];
}

/** Vectors that are given by a name or key: whether bytes of zeros are filled must be seen, as far as the code goes. */
function givenVectors(text: string): Span[] {
  if (!encrypts.test(text)) return [];
  const found: Span[] = [];
  for (const { index, 0: whole, 1: name } of text.matchAll(givenVector)) {
    const at = index + whole.length;
    const value = text.slice(at, at + VALUE_UNITS);
    const end = at + (/[;\n]/.exec(value)?.index ?? value.length);
    if (written.test(value) && !isCompared(text, index)) found.push({ start: index, end });
    else if (zeroed.test(value) && isKeyOrMember(whole, name!)) found.push({ start: index, end });
    else if (isConstantName(text, value, index)) found.push({ start: index, end });
  }
  return found;
}

/** Whether bytes are given to a cipher at once, rather than to a name under which they may be filled. */
const isKeyOrMember = (whole: string, name: string): boolean => name.includes(".") || /:\s{0,4}$/.test(whole);

/** `iv: zeros`, where `zeros` was written down or never filled. */
function isConstantName(text: string, value: string, at: number): boolean {
  const name = /^([A-Za-z_$][\w$]{0,60})\s{0,4}(?=[,;)}\n]|$)/.exec(value)?.[1];
  return name !== undefined && isConstant(text, name, at);
}

const isCompared = (text: string, at: number): boolean =>
  /(?:case|if|assert\w*|expect)\b[^\n]{0,20}$/.test(text.slice(Math.max(0, at - NEAR_UNITS), at));

function isConstant(text: string, expression: string, at: number): boolean {
  const said = expression
    .replace(/^(?:(?:iv|IV|nonce|initial_value)\s?=\s?|Some\(\s?|&(?:mut )?|\(\w{1,12}\s?\*\)\s?)+/, "")
    .replace(/\.into\(\)$|\.as_slice\(\)$|\.data\(\)$|\.c_str\(\)$/, "");
  if (zeroed.test(said) || written.test(said)) return true;
  if (!/^[\w$.]{1,60}$/.test(said)) return false;
  const name = said.replace(/^(?:this|self)\./, "").replaceAll("$", "\\$");
  const made = new RegExp(
    `(?<![\\w$])${name}(?:\\[[^\\]\\n]{0,40}\\])?\\s{0,4}(?::\\s?[\\w<>[\\]; &\\d]{1,30}(?=\\s?=))?\\s{0,4}:?=(?!=)\\s{0,4}(?=\\S)`,
    "g",
  );
  const begun = [...text.slice(0, at).matchAll(made)].at(-1);
  const zeroes = [
    ...text
      .slice(0, at)
      .matchAll(
        new RegExp(
          `\\bmemset\\(\\s?&?${name}\\s?,\\s?(?:0|0x00|'\\\\0')\\s?,|\\b${name}\\((?:\\d{1,3}|\\w{1,30}),\\s?(?:0|0x00|'\\\\0')\\)`,
          "g",
        ),
      ),
  ].at(-1);
  if (!begun && !zeroes) return false;
  const from = Math.max(begun ? begun.index + begun[0].length : 0, zeroes ? zeroes.index + zeroes[0].length : 0);
  if (zeroes && !(begun && begun.index > zeroes.index)) return !isFilled(text.slice(from, at), name);
  const value = text.slice(from, from + VALUE_UNITS);
  if (/^[^\n]{1,60}\.(?:also|apply)[\s({][^\n]{0,40}nextBytes/.test(value)) return false; // Kotlin's `ByteArray(12).also(random::nextBytes)`
  if (written.test(value)) return true;
  return zeroed.test(value) && !isFilled(text.slice(from, at), name);
}

/** Whether a line fills the bytes of a name. */
function isFilled(text: string, name: string): boolean {
  const named = new RegExp(`(?<![\\w$])${name}(?![\\w$])`);
  return text
    .split("\n")
    .slice(1)
    .some((line) => named.test(line) && filled.test(line));
}

/** Whether a name is used, not imported, compared or refused. */
function isUsed(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", at) + 1, at);
  return !/^\s*(?:import|from|use|using|#include|#define|\/\/|\/?\*|#)(?![\w(])|\bcase\b|[!=]==?\s{0,2}\w{0,20}$|\bnot in\b|\bif\b/.test(
    line,
  );
}

const MIN_RSA_BITS = 2048;

/** `RSA.generate(1024)`, `{ modulusLength: 1024 }` */
function isShortKey(callee: string, said: readonly string[], text: string): boolean {
  const isRsa =
    /(?:^|\.|::)(?:RSA\.(?:generate|Create)|(?:new )?RSACryptoServiceProvider|RSACng|rsa\.(?:generate_private_key|GenerateKey|newkeys)|RSA_generate_key(?:_ex)?|EVP_RSA_gen|Rsa::generate|RsaPrivateKey::new|EVP_PKEY_CTX_set_rsa_keygen_bits|generateKeyPair(?:Sync)?|crypto_rsa_generate|rsa\.generateKeyPair|mbedtls_rsa_gen_key|NodeRSA)$/.test(
      callee,
    ) ||
    (/\.initialize$/.test(callee) && /KeyPairGenerator/.test(text) && !/"(?:EC|Ed\d|X\d|XDH)/.test(text));
  const bits = isRsa ? /(?<!\w)(?:512|768|1024)(?!\w)/.exec(said.join(" , "))?.[0] : undefined;
  return bits !== undefined && Number(bits) < MIN_RSA_BITS;
}
