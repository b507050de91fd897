// Tokens that are known by their shape: one row for each kind, with the source that documents the shape.
// Every pattern begins at a border of its own characters or with a fixed word, so that a text is passed over once: no row may go back and forth.

export interface SecretShape {
  name: string;
  /** A text without any of these holds no such token: a cheap look before the pattern. */
  hints: readonly string[];
  /** The secret is group 1 where there is one, else the whole match. */
  pattern: RegExp;
}

export const secretShapes: readonly SecretShape[] = [
  // AWS, "IAM identifiers": the unique prefixes of access keys
  { name: "awsAccessKey", hints: ["AKIA", "ASIA"], pattern: /(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])/g },
  // GitHub, "About authentication": token formats
  { name: "github", hints: ["gh"], pattern: /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,}/g },
  { name: "github", hints: ["github_pat_"], pattern: /(?<![A-Za-z0-9])github_pat_\w{22,}/g },
  // GitLab, "Token overview": token prefixes
  {
    name: "gitlab",
    hints: ["gl"],
    pattern: /(?<![A-Za-z0-9])gl(?:pat|dt|rt|rtr|ptt|cbt|soat|ft|imt|agent|oas)-[\w.-]{20,}/g,
  },
  { name: "npm", hints: ["npm_"], pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36,}/g },
  // PyPI's tokens are macaroons: version 2, location pypi.org, in base64
  { name: "pypi", hints: ["pypi-AgE"], pattern: /(?<![A-Za-z0-9])pypi-AgE[\w-]{50,}/g },
  // Slack, "Token types"
  { name: "slack", hints: ["xox", "xapp-"], pattern: /(?<![A-Za-z0-9])(?:xox[abceoprs]|xapp)-[A-Za-z0-9-]{20,}/g },
  {
    name: "slackWebhook",
    hints: ["hooks.slack.com/"],
    pattern: /hooks\.slack\.com\/(?:services|workflows)\/([\w/-]{20,})/g,
  },
  // Stripe, "API keys": secret, restricted, webhook; publishable ones (pk_) are public
  { name: "stripe", hints: ["_live_", "_test_"], pattern: /(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { name: "stripe", hints: ["whsec_"], pattern: /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/=]{24,}/g },
  // OpenAI, Anthropic, OpenRouter and those that imitate them
  {
    name: "openAiStyle",
    hints: ["sk-"],
    pattern: /(?<![\w-])(sk-[\w-]{20,})/g,
  },
  // Google: API key, OAuth client secret, access token
  { name: "google", hints: ["AIza"], pattern: /(?<![A-Za-z0-9])AIza[\w-]{35}/g },
  { name: "google", hints: ["GOCSPX-"], pattern: /(?<![A-Za-z0-9])GOCSPX-[\w-]{20,}/g },
  { name: "google", hints: ["ya29."], pattern: /(?<![A-Za-z0-9])ya29\.[\w-]{20,}/g },
  // RFC 7519; the header is JSON, which begins {" = eyJ
  { name: "jwt", hints: ["eyJ"], pattern: /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]{0,2000})?/g },
  { name: "sendgrid", hints: ["SG."], pattern: /(?<![\w.-])SG\.[\w-]{16,32}\.[\w-]{32,64}/g },
  { name: "twilio", hints: ["SK"], pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g },
  { name: "mailgun", hints: ["key-"], pattern: /(?<![\w-])key-[0-9a-f]{32}(?![A-Za-z0-9])/g },
  { name: "mailchimp", hints: ["-us"], pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/g },
  { name: "digitalOcean", hints: ["_v1_"], pattern: /(?<![A-Za-z0-9])do[opr]_v1_[0-9a-f]{64}/g },
  { name: "huggingFace", hints: ["hf_"], pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/g },
  { name: "telegram", hints: [":AA"], pattern: /(?<![\w-])\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  { name: "discord", hints: ["."], pattern: /(?<![\w.-])[MNO][A-Za-z0-9_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g },
  { name: "shopify", hints: ["shp"], pattern: /(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/g },
  { name: "square", hints: ["sq0"], pattern: /(?<![A-Za-z0-9])sq0[a-z]{3}-[\w-]{22,}/g },
  { name: "databricks", hints: ["dapi"], pattern: /(?<![A-Za-z0-9])dapi[0-9a-f]{32}/g },
  { name: "docker", hints: ["dckr_"], pattern: /(?<![A-Za-z0-9])dckr_(?:pat|oat)_[\w-]{20,}/g },
  { name: "linear", hints: ["lin_"], pattern: /(?<![A-Za-z0-9])lin_(?:api|oauth)_[A-Za-z0-9]{32,}/g },
  { name: "postman", hints: ["PMAK-"], pattern: /(?<![A-Za-z0-9])PMAK-[0-9a-f]{24}-[0-9a-f]{34}/g },
  { name: "age", hints: ["AGE-SECRET-KEY-1"], pattern: /AGE-SECRET-KEY-1[A-Z0-9]{50,}/g },
  { name: "vault", hints: ["hv"], pattern: /(?<![A-Za-z0-9])hv[sbr]\.[\w-]{24,}/g },
  { name: "grafana", hints: ["gls", "glc"], pattern: /(?<![A-Za-z0-9])gl(?:sa|c)_[A-Za-z0-9_+/=]{32,}/g },
  { name: "sentry", hints: ["sntry"], pattern: /(?<![A-Za-z0-9])sntry[su]_[\w+/=-]{32,}/g },
  { name: "newRelic", hints: ["NRAK-"], pattern: /(?<![A-Za-z0-9])NRAK-[A-Z0-9]{27}/g },
  { name: "supabase", hints: ["sbp_", "sb_secret_"], pattern: /(?<![A-Za-z0-9])sb(?:p|_secret)_[\w-]{20,}/g },
  { name: "netlify", hints: ["nfp_"], pattern: /(?<![A-Za-z0-9])nfp_[A-Za-z0-9]{36,}/g },
  { name: "planetScale", hints: ["pscale_"], pattern: /(?<![A-Za-z0-9])pscale_(?:tkn|pw|oauth)_[\w.-]{32,}/g },
  { name: "terraform", hints: [".atlasv1."], pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}/g },
  { name: "notion", hints: ["ntn_"], pattern: /(?<![A-Za-z0-9])ntn_[A-Za-z0-9]{40,}/g },
  { name: "figma", hints: ["figd_"], pattern: /(?<![A-Za-z0-9])figd_[\w-]{40,}/g },
  { name: "mapbox", hints: ["sk.eyJ"], pattern: /(?<![\w.-])sk\.eyJ[\w-]{20,}\.[\w-]{20,}/g },
  // Further prefixes, each from its maker's documentation; what follows has to look random
  {
    name: "prefixedToken",
    hints: ["_", "-", "."],
    pattern:
      /(?<![\w-])((?:r8_|gsk_|xai-|pplx-|fw_|lsv2_[a-z]{2}_|re_|xkeysib-|tfp_|CFPAT-|bkua_|pnu_|pul-|rubygems_|CLOJARS_|dp\.(?:pt|st|ct|sa|scim|audit)\.|ATATT3|ATBB|ATCTT3|rzp_live_|FLWSECK-|EZAK|pat-(?:na|eu)\d-|sl\.|EAACEdEose0cBA|p8e-|LTAI|glsoat-|tskey-[a-z]+-|fo1_|rk_|sk_|shippo_live_|secret_|api_|key_|tok_|ops_)[\w-]{20,})/g,
  },
  { name: "airtable", hints: ["pat"], pattern: /(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/g },
  { name: "discordWebhook", hints: ["/api/webhooks/"], pattern: /\/api\/webhooks\/\d{5,20}\/([\w-]{40,})/g },
  // Azure's shared access signatures and Amazon's signed URLs
  {
    name: "signedUrl",
    hints: ["sig=", "Signature=", "Token="],
    pattern: /[?&](?:sig|X-Amz-Signature|X-Amz-Security-Token)=([\w%+/=-]{20,2000})/g,
  },
  // crypt(5): what passwords are kept as
  {
    name: "passwordHash",
    hints: ["$"],
    pattern: /\$(?:2[abxy]\$\d\d\$[\w./]{53}|(?:argon2id?|argon2d|scrypt|y|6|5|1|apr1)\$[\w./=,$+-]{20,300})/g,
  },
  // RFC 6750 and RFC 7617: what a header sends
  {
    name: "authorizationHeader",
    hints: ["earer ", "asic ", "oken "],
    pattern: /(?<![A-Za-z0-9])(?:[Bb]earer|[Bb]asic|[Tt]oken) ([\w.~+/=-]{8,})/g,
  },
  // curl -u user:password
  {
    name: "userOption",
    hints: ["-u", "--user"],
    pattern: /(?<!\S)(?:-u|--user) ["']?[\w.@-]{1,60}:([^\s"'`]{4,200})/g,
  },
  // RFC 3986, user information: scheme://user:password@host. Only the password goes.
  { name: "urlPassword", hints: ["://"], pattern: /:\/\/[^\s:@/"'`<>]{0,100}:([^\s@/"'`<>]{3,200})@/g },
];
