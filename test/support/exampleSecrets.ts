// Secrets for planted code, put together here from short parts, so that no file holds one: drawn by nobody's hand, of the form that their names promise.

const SECRETS: Readonly<Record<string, string>> = {
  password: ["hunter", "2", "Zk8"].join(""),
  dbPassword: ["Tr0ub", "4dor", "&3"].join(""),
  apiKey: ["k3Jv", "9Qz1", "Lm8V", "t2Xw", "7RfB", "0sQ4"].join(""),
  token: ["Wq7Z", "tP2x", "Lm9K", "d4Rs", "Vb8"].join(""),
};

/** The text with a secret in place of each `{{name}}`; of a name that is not known it stays. */
export const withSecrets = (text: string): string =>
  text.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => SECRETS[name] ?? placeholder);
