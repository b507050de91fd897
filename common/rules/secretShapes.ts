// Tokens that are known by their shape: what their makers put first, and what stands around them. Each from its maker's documentation.
// Every pattern begins at a border of its own characters or with a fixed word, so that a text is passed over once: no row may go back and forth.

/** By maker, what its tokens begin with. What follows has to look random; where `body` stands, it has to look like that. */
export const makers: readonly { name: string; prefixes: string; body?: RegExp; areWords?: boolean }[] = [
  // AWS, "IAM identifiers": the unique prefixes of access keys
  { name: "awsAccessKey", prefixes: "AKIA ASIA ABIA ACCA A3T", body: /[A-Z0-9]{16,17}(?![A-Za-z0-9])/y },
  { name: "aws", prefixes: "ABSK bedrock-api-key-" },
  { name: "github", prefixes: "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_" },
  {
    name: "gitlab",
    prefixes:
      "glpat- gldt- glrt- glrtr- glptt- glcbt- glsoat- glft- glimt- glagent- gloas- glffct- glwt- GR1348941 _gitlab_session=",
  },
  { name: "packageRegistry", prefixes: "npm_ pypi-AgE rubygems_ dckr_pat_ dckr_oat_ CLOJARS_" },
  { name: "slack", prefixes: "xoxa- xoxb- xoxc- xoxe- xoxe.xoxb- xoxe.xoxp- xoxo- xoxp- xoxr- xoxs- xapp-" },
  // Stripe, "API keys": secret, restricted, webhook; publishable ones (pk_) are public
  {
    name: "stripe",
    prefixes: "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_",
    body: /[\w+/=-]{10,}/y,
  },
  {
    name: "payments",
    prefixes: `
      sq0atp- sq0csp- sq0idp- rzp_live_ rzp_test_ FLWSECK- FLWSECK_TEST- FLWPUBK- access-production- access-development-
      access-sandbox- shippo_live_ shippo_test_ EZAK EZTK duffel_live_ duffel_test_ cko_sk_ pk_prod_`,
  },
  // OpenAI, Anthropic, OpenRouter and those that imitate them
  {
    name: "models",
    prefixes: "hf_ api_org_ r8_ gsk_ xai- pplx- lsv2_pt_ lsv2_sk_ nvapi- jina_ tvly- wandb_v1_ esecret_ tgp_v1_",
  },
  { name: "google", prefixes: "AIza GOCSPX- ya29. 1//0" },
  { name: "facebook", prefixes: "EAAC EAAM EAAB EAAG EAACEdEose0cBA IGQV" },
  { name: "payments", prefixes: "access_token$production$ access_token$sandbox$", body: /[\w$]{30,}/y },
  { name: "sendgrid", prefixes: "SG." },
  { name: "mail", prefixes: "xkeysib- xsmtpsib- pubkey- PMAK-" },
  { name: "twilio", prefixes: "SK", body: /[0-9a-f]{32}(?![A-Za-z0-9])/y },
  { name: "digitalOcean", prefixes: "doo_v1_ dop_v1_ dor_v1_" },
  {
    name: "cloud",
    prefixes: `
      dnkey- HRKU- nfp_ nfc_ nfu_ vercel_blob_rw_ vcp_ vci_ vca_ vck_ tskey-auth- tskey-api- tskey-client- tskey-scim-
      tskey-webhook- fo1_ fm1a_ fm1r_ AQVN CFPAT- cfut_ cfat_ sha256~ ovh_ rpa_ pat-na1- pat-na2- pat-eu1-`,
  },
  { name: "shopify", prefixes: "shpat_ shpca_ shppa_ shpss_ shpua_ shptka_", body: /[0-9a-fA-F]{32}/y },
  { name: "atlassian", prefixes: "ATATT3 ATBB ATCTT3 ATSTT3 BBDC-" },
  {
    name: "tools",
    prefixes: `
      lin_api_ lin_oauth_ figd_ figu_ ntn_ sntrys_ sntryu_ sntrya_ glsa_ glc_ glnt_ NRAK- NRII- NRRA- NRJS- NRAL- bkua_ bkpt_
      pnu_ pnb_ CCIPAT_ CCIPRJ_ squ_ sqp_ sqa_ sgp_ sgd_ dt0c01. dt0s01. dt0s16. dp.pt. dp.st. dp.ct. dp.sa. dp.scim.
      dp.audit. phc_ phx_ phs_ tfp_ rdme_ fio-u- sm_aat_ sm_pat_ sm_sat_ s-s4t2ud- s-s4t2af- p8e- A3- snyk_ e2b_ apify_api_
      dd_api_ ddapp_ ddapi_ waka_ zpka_ jfrt@`,
  },
  {
    name: "database",
    prefixes: "sbp_ sb_secret_ pscale_tkn_ pscale_pw_ pscale_oauth_ mdb_sa_sk_ rediscloud_ tbp. svix_ upst_",
  },
  { name: "vault", prefixes: "hvs. hvb. hvr. s.", body: /[\w-]{24,}/y },
  // What begins names, too: OpenAI's and of those that imitate it, Notion's, Dropbox', Alibaba's …
  {
    name: "prefixedToken",
    areWords: true,
    prefixes: `
      sk- sess- fw_ fc- csk- key_ sk_ re_ key- mlsn. api- API- mob- rel- sdk- secret_ ops_ live_ test_ pat. sat. t1. EAAA YCA
      YCM 4b1d AQ.A ts_ rk_ rnd_ sl. oy2 intk_ LTAI tk-us- v1.0- cmVmd AKCp NLSN dapi slk_ ptrt_ cpln. scw- ico- pul- fm2_
      napi_ logfire_`,
  },
  { name: "keys", prefixes: "AGE-SECRET-KEY-1 nsec1 xprv ed25519e_sk ed25519_sk RWRTY0Iy", body: /[\w+/=]{40,}/y },
];

export interface SecretShape {
  name: string;
  /** The secret is group 1 where there is one, else the whole match. */
  pattern: RegExp;
}

/** What is no prefix with a random rest, but consists of the characters of a long run. */
export const runShapes: readonly SecretShape[] = [
  // RFC 7519; the header is JSON, which begins {" = eyJ
  { name: "jwt", pattern: /(?<![\w-])eyJ[\w-]{8,}\.(?:eyJ)?[\w-]{8,}(?:\.[\w-]{0,2000}){0,3}/g },
  // the same in base64, and a PEM block in base64
  { name: "encodedKey", pattern: /(?<![\w+/])(?:LS0tLS1CRUdJTi[\w+/=-]{40,}|ZXlK[\w+/=-]{60,})/g },
  { name: "mapbox", pattern: /(?<![\w.-])sk\.eyJ[\w-]{20,}\.[\w-]{20,}/g },
  { name: "airtable", pattern: /(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/g },
  { name: "mailchimp", pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/g },
  { name: "discord", pattern: /(?<![\w.-])[MNO][A-Za-z0-9_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g },
  { name: "terraform", pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}/g },
  { name: "azureClientSecret", pattern: /(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g },
  { name: "maxmind", pattern: /(?<![A-Za-z0-9])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk/g },
  {
    name: "authress",
    pattern: /(?<![A-Za-z0-9])(?:sc|ext|scauth|authress)_\w{5,30}\.\w{4,6}\.acc[_-][\w-]{10,32}\.[\w+/=-]{30,120}/g,
  },
];

export interface MarkedShape extends SecretShape {
  /** What stands in every such secret or before it: the pattern is tried only there. */
  marks: readonly string[];
  /** How far before the mark the pattern may begin; it is tried at each place from there. */
  backUnits: number;
}

/** What stands beside fixed words or signs. */
export const markedShapes: readonly MarkedShape[] = [
  { name: "telegram", marks: [":A"], backUnits: 11, pattern: /(?<!\d)\d{8,10}:A[\w-]{34}(?![\w-])/y },
  {
    name: "facebook",
    marks: ["|", "%7C"],
    backUnits: 17,
    pattern: /(?<!\d)\d{15,16}(?:\||%7C)([\w-]{27,40})(?![\w-])/y,
  },
  // crypt(5): what passwords are kept as
  {
    name: "passwordHash",
    marks: ["$2", "$argon2", "$scrypt$", "$y$", "$6$", "$5$", "$1$", "$apr1$"],
    backUnits: 0,
    pattern: /\$(?:2[abxy]\$\d\d\$[\w./]{53}|(?:argon2id?|argon2d|scrypt|y|6|5|1|apr1)\$[\w./=,$+-]{20,300})/y,
  },
  // RFC 6750 and RFC 7617: what a header sends
  {
    name: "authorizationHeader",
    marks: ["earer ", "asic ", "oken "],
    backUnits: 2,
    pattern: /(?<![A-Za-z0-9])(?:[Bb]earer|[Bb]asic|[Tt]oken) ([\w.~+/=-]{8,})/y,
  },
  // curl -u user:password, and commands whose option for a password is one letter
  {
    name: "userOption",
    marks: ["-u", "--user"],
    backUnits: 1,
    pattern: /(?<!\S)(?:-u|--user)[ =]?["']?[\w.@-]{1,60}:([^\s"'`]{3,200}[^\s"'`,.;)])/y,
  },
  { name: "urlSecret", marks: ["thin:"], backUnits: 0, pattern: /thin:[\w$]{1,30}\/([^\s"'@]{3,100})@/y },
  { name: "passwordOption", marks: ["sshpass "], backUnits: 0, pattern: /sshpass -p ?["']?([^\s"']{4,200})/y },
  {
    name: "passwordOption",
    marks: ["mysql"],
    backUnits: 0,
    pattern: /mysql\w{0,10} [^\n|;&]{0,80}?(?<=\s)-p["']?([^\s"']{4,200})/y,
  },
  {
    name: "passwordOption",
    marks: ["redis-cli "],
    backUnits: 0,
    pattern: /redis-cli [^\n|;&]{0,80}?(?<=\s)-a ["']?([^\s"']{4,200})/y,
  },
  {
    name: "passwordOption",
    marks: ["-passin ", "-passout ", "-pass "],
    backUnits: 0,
    pattern: /-pass(?:in|out)? ["']?pass:([^\s"']{4,200})/y,
  },
];
