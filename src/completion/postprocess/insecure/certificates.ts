// Checks of certificates, host keys and signatures that are switched off (CWE-295, CWE-347): by a name that means the check, or its opposite,
// and the value that it is given; by a constant that means "none"; by a callback that accepts everything. Pure.

import type { Code } from "./code.ts";
import type { Lexeme, Span } from "./lexemes.ts";

/** Names of a check, in lower case without separators: switched off by a false value. */
const check =
  /(?:ssl|tls|https|certs?|certificates?|host(?:name)?|peer|signature)(?:verify|verification|verifying|validate|validation|check)|(?:verify|validate|check|strict|require|reject)(?:server)?(?:ssl|tls|https|certs?|certificates?|host(?:name)?|peer(?:name)?|unauthorized|signatures?|issuersigningkey|signedtokens)/;
/** Names of the check's absence: switched on by a true value. */
const absence =
  /(?:allow|accept|ignore|trust|skip|disable|bypass|insecure|no)(?:all|any|invalid|untrusted|expired|server|unsafe){0,2}(?:ssl|tls|https|cert|verify|verification|hostname|hostkey|selfsigned)|(?:ssl|tls)insecure/;
const falseValue = /^(?:false|0L?|none|nil|null|no|off|never)$/i;
const trueValue = /^(?:true|1L?|yes|on)$/i;
const withoutQuotes = (text: string): string => text.replace(/^[bru]?["'`]|["'`]$/g, "");

/** Constants and calls that mean that nothing is checked. */
const never =
  /^(?:CERT_NONE|(?:SSL_)?VERIFY_NONE|VerifyNone|(?:LDAP_)?OPT_X_TLS_NEVER|_create_unverified_context|AutoAddPolicy|WarningPolicy|MissingHostKeyPolicy|InsecureIgnoreHostKey|AcceptAllServerKeyVerifier|ParseUnverified|UnsafeAllowNoneSignatureType|SigningMethodNone|get_unverified_claims|insecure_decode|dangerous_insecure_decode\w{0,20}|insecure_disable_signature_validation|parseClaimsJwt|MBEDTLS_SSL_VERIFY_NONE|WOLFSSL_VERIFY_NONE|verify_none|SslVerifyMode_NONE|AllowAll|SECURITY_FLAG_IGNORE_\w{1,40}|INTERNET_FLAG_IGNORE_CERT_\w{1,20}|WINHTTP_FLAG_IGNORE\w{1,30}|AcceptCertificateHandler|DANGER_ACCEPT_INVALID_(?:CERTS|HOSTS)|NoVerifier|NoCertificateVerification|NoServerCertVerifier|SkipServerVerification|AcceptAnyCert\w{0,20}|PROTOCOL_(?:SSLv2|SSLv3|TLSv1|TLSv1_1)|VersionSSL30|VersionTLS10|VersionTLS11|SSLv[23]_(?:client_|server_)?method|TLSv1(?:_1)?_(?:client_|server_)?method|Ssl[23]|SSL3_VERSION|TLS1_VERSION|TLS1_1_VERSION|CURL_SSLVERSION_(?:SSLv[23]|TLSv1_0|TLSv1_1)|GiveUpSecurityAndAcceptAny\w{0,30}|X509VerificationFlags_AllFlags|ALLOW_ALL_HOSTNAME_VERIFIER|(?:Noop|AllowAll)HostnameVerifier|TrustAllStrategy|TrustSelfSignedStrategy|InsecureTrustManagerFactory|PromiscuousVerifier|DangerousAcceptAnyServerCertificateValidator|withoutVerifying|ignoreSslErrors|InsecureRequestWarning|disable_warnings|trust_?[aA]ll(?:_?\w{0,20})?|TrustAll\w{0,20})$/;
/** Settings in connection strings and in options of commands. */
export const optionsWithoutCheck =
  /\btrust_?server_?certificate\s{0,2}=\s{0,2}(?:true|yes)|\bverifyServerCertificate=false|\bsslmode=no-verify|\bcurl\s(?:[^|;\n]{0,80}\s)?(?:-[a-zA-Z]{0,6}k[a-zA-Z]{0,6}|--insecure)(?=\s|$)|--no-check-certificate\b|\bsslVerify[= ]false|--insecure-skip-tls-verify\b|--ignore-certificate-errors\b|\bpip3?\s[^|;\n]{0,80}--trusted-host\b|StrictHostKeyChecking[= ]no\b|NODE_TLS_REJECT_UNAUTHORIZED=0/i;

/** Names that a callback which decides about a certificate is given to, or has itself. */
const decides =
  /hostnameverifier|hostverifier|hostkeyverifier|serverkeyverifier|serververifier|certificateverifyproc|certificatehandler|badcertificatecallback|certvalidation|remotecertificate|verifycallback|checkserverkey|serverhostkey|certificateerror|hostkeyreceived|verifyservercert|setverify$|signaturevalidator|truststrategy|loadtrustmaterial|certificate(?:custom)?validation|checkserveridentity|verifypeercertificate|verifyconnection|hostkeycallback|^sslsession$|^sslstream$/;
const acceptsAll =
  /(?:=>|->)\s{0,4}(?:true|undefined|null|nil|\{\s{0,40}(?:return\s{1,4}(?:true|undefined|null)\s?;?\s{0,40})?\})|[{)]\s{0,40}return\s{1,4}(?:true|nil|null)\b|\breturn\s{1,4}True\b|\b(?:cb|callback|verify|done|proceed)\((?:true|0|null,\s?true)\)|\bOk\(true\)|\bCanTrust\s?=\s?true|\blambda\b[^:\n]{0,60}:\s?True\b/;
/** Methods that must throw, or refuse, to decide against a certificate. */
const mustRefuse =
  /\bcheck(?:Server|Client)Trusted\([^)]{0,160}\)\s{0,40}(?:throws [\w.]{1,60}\s{0,40})?(?::\s{0,4}Unit\s{0,4})?(?:=\s{0,4}Unit\b|\{\s{0,80}(?:\/\/[^\n]{0,120}\s{0,80})?(?:return;?\s{0,40})?\})|\bonReceivedSslError\([^)]{0,200}\)\s{0,4}\{\s{0,80}\w{1,40}[?!]?\.proceed\(\)/g;
/** Checks that are switched off by other values than false, and modes and versions that protect nothing. */
const offValue =
  /\bStrictHostKeyChecking["']\s{0,2}[,:]\s{0,2}["'](?:no|off|accept-new)["']|\bssl\.endpoint\.identification\.algorithm["']\s{0,2},\s{0,2}["']{2}|\b(?:ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG|setEndpointIdentificationAlgorithm)\s{0,2}[,(]\s{0,2}(?:["']{2}|null)|\bssl\.trust["']\s{0,2}[,:]\s{0,2}["']\*["']|\benable\.ssl\.certificate\.verification["']?\s{0,2}[,:=]\s{0,2}["']?false|\bssl_cert_reqs\s{0,2}=\s{0,2}(?:None|["']none["'])|\bServerCertVerified::assertion\(\)|\bSslVerifyMode::NONE\b|\bminimum_version\s?=\s?(?:ssl\.)?TLSVersion\.(?:TLSv1|TLSv1_1|SSLv3|MINIMUM_SUPPORTED)\b|\bssl:\s?\{[^{}\n]{0,80}\bverify:\s?false|\bverify_host_key:\s?(?::never|false)|\bX509VerificationFlags\.(?:AllFlags|IgnoreInvalidName|AllowUnknownCertificateAuthority)\b|\bSslProtocols\.(?:Ssl[23]|Tls|Tls11|Default)\b|\bSecurityProtocolType\.(?:Ssl3|Tls|Tls11)\b|\b(?:min_?[vV]ersion|secureProtocol|max_?[vV]ersion)["']?\s{0,2}[:=]\s{0,2}["'](?:SSLv[23]|TLSv1|TLSv1\.1)(?:_method)?["']|\bSSLContext\.getInstance\(\s?["'](?:SSL|SSLv[23]|TLSv1|TLSv1\.1)["']|\bSSH_OPTIONS_STRICTHOSTKEYCHECK,\s?&(?:no|off|zero|strict_?off)\b|\bValidateLifetime\s?=\s?false|\bwith_custom_certificate_verifier\(Arc::new\(\s?\w{0,20}(?:No|Accept|Skip|Dummy|TrustA|AllowA|Insecure|Danger|Any|Null|Ignore)|\bignoreExpiration["']?\s{0,2}:\s{0,2}true|\bverify_(?:exp|aud|iss)["']\s?:\s?False|\bcert_reqs\s?=\s?["']?(?:ssl\.)?CERT_NONE|\bsslmode["']?\s?[:=]\s?["']no-verify|\bjwt\.decode\([^()\n]{1,80}\bverify\s?=\s?False|\bVerifySsl\s?[{(]\s?(?:false|0)|\bSslVerify(?:Peer|Host)\s?\(\s?(?:false|0)|\bset_verify\(\s?(?:ssl::|SSL_)?(?:verify_none|VERIFY_NONE)|\bQSslSocket::VerifyNone\b/g;
/** Callbacks of OpenSSL and GnuTLS that accept whatever they are asked. */
const acceptsInC =
  /\b\w{0,30}verify\w{0,30}\s?\([^()\n;]{0,160}\)\s{0,20}\{\s{0,80}(?:\(void\)\s?\w{1,30};\s{0,40}){0,4}return\s{1,4}(?:1|true|0)\s?;\s{0,20}\}/g;
const DECIDES_WITHIN = 240; // UTF-16 units
const NEAR = 4; // lexemes

const plain = (name: string): string =>
  withoutQuotes(name)
    .replace(/[^a-z0-9]/gi, "")
    .toLowerCase();

export function uncheckedCertificates({ lexemes: all, text, languageId, calls }: Code): Span[] {
  const found: Span[] = [...text.matchAll(mustRefuse)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }));
  for (const { index, 0: whole } of text.matchAll(offValue)) {
    const before = text.slice(text.lastIndexOf("\n", index) + 1, index);
    if (!/\b(?:if|case|assert\w*|import|use)\b|[!=]=\s?$|\/\/|^\s*[#*]/.test(before))
      found.push({ start: index, end: index + whole.length });
  }
  if (/^c(?:pp)?$/.test(languageId))
    for (const { index, 0: whole } of text.matchAll(acceptsInC))
      if (/cert|x509|X509|ssl|SSL|tls|gnutls/.test(whole)) found.push({ start: index, end: index + whole.length });
  for (const [i, lexeme] of all.entries()) {
    if (lexeme.kind === "string" && optionsWithoutCheck.test(lexeme.text)) found.push(lexeme);
    if (lexeme.kind !== "name" && lexeme.kind !== "string") continue;
    const span = switched(text, all, i, languageId) ?? accepting(text, lexeme);
    if (span) found.push(span);
    const isNever = lexeme.kind === "name" ? never.test(lexeme.text) : /^["']CERT_NONE["']$/.test(lexeme.text);
    if (isNever && !isCompared(all, i) && !isImported(text, lexeme.start)) found.push(lexeme);
    if (
      /^N(?:ONE|one)$/.test(lexeme.text) &&
      /(?:Verify|Validation)Mode$/.test(all[i - 2]?.text ?? all[i - 3]?.text ?? "")
    )
      found.push(lexeme);
  }
  for (const { callee, args } of calls) {
    const off = args.find(({ start, end }) => /^ssl\s?=\s?False$/.test(text.slice(start, end)));
    if (off && /TCPConnector$|\.(?:get|post|put|delete|patch|head|request|ws_connect)$/.test(callee)) found.push(off);
  }
  return found;
}

/** `verify=False`, `rejectUnauthorized: false`, `'verify_peer' => false`, `.accept_invalid_certs(true)`, `OPTION, 0L` */
function switched(text: string, all: Lexeme[], index: number, languageId: string): Span | undefined {
  let at = index + 1;
  if (all[at]?.text === "]") at++;
  const typed = all[at]?.text === ":" && all[at + 1]?.kind === "name" && all[at + 2]?.text === "="; // `verify: bool = False`
  if (typed && !text.slice(all[at]!.start, all[at + 2]!.end).includes("\n")) at += 2;
  if (!/^(?:=|:|=>|,|\()$/.test(all[at]?.text ?? "")) return undefined;
  if (all[at + 1]?.text === "=") at++; // Go's :=
  const negated = all[at + 1]?.text === "!" ? 1 : 0; // `!1`
  const value = all[at + 1 + negated];
  if (!value || value.kind === "mark") return undefined;
  const said = withoutQuotes(value.text);
  if (!trueValue.test(said) && !falseValue.test(said) && said !== "") return undefined;
  const name = plain(all[index]!.text);
  if (name.length < 6 || name.length > 60) return undefined;
  const isFalse = negated ? trueValue.test(said) : falseValue.test(said);
  const isTrue = negated ? falseValue.test(said) : trueValue.test(said);
  const span = { start: all[index]!.start, end: value.end };
  if (/^algorithms?$/.test(name)) return undefined;
  if (/^(?:disable|skip|ignore|bypass|without)/.test(name) && check.test(name)) return isTrue ? span : undefined;
  if (/^(?:curl|requests)cabundle$/.test(name)) return said === "" ? span : undefined;
  if (absence.test(name)) return isTrue ? span : undefined;
  const isCheck =
    check.test(name) ||
    (name === "verify" &&
      (all[at]!.text !== ":" || all[index]!.kind === "string") &&
      /^(?:python|php|ruby)$/.test(languageId)) ||
    name === "knownhosts";
  return isCheck && isFalse ? span : undefined;
}

/** A callback that says yes to every certificate, and the signature that is none. */
function accepting(text: string, { start, end, text: name }: Lexeme): Span | undefined {
  if (/^["']?algorithms?["']?$/.test(name)) {
    const none = /^["']?\s?(?::|=>|=)\s?\[?\s?["']none["']/i.exec(text.slice(end, end + 24));
    return none ? { start, end: end + none[0].length } : undefined;
  }
  if (name.length < 9 || name.length > 60 || !decides.test(plain(name))) return undefined;
  if (/^[A-Z]\w{0,50}(?:Error|Exception)$/.test(name)) return undefined; // what is thrown decides nothing
  if (/^\(\)\s?[);,]/.test(text.slice(end, end + 4))) return undefined; // nor does a call that is given nothing
  const answer = acceptsAll.exec(text.slice(end, end + DECIDES_WITHIN));
  return answer ? { start, end: end + answer.index + answer[0].length } : undefined;
}

const isImported = (text: string, at: number): boolean =>
  /^\s{0,20}(?:import|use|using|from)\s[\w.:{}, *]{0,200}$/.test(text.slice(text.lastIndexOf("\n", at) + 1, at));

const isCompared = (all: Lexeme[], index: number): boolean =>
  all.slice(Math.max(0, index - NEAR), index).some(({ text }) => /^(?:[!=]==?|is|in|import|case)$/.test(text));
