// Draws a suggestion into its text: "const a = ├f(1);┤" is `f(1);` after "const a = ". Units that it replaces are struck: "├a);┤[)]".

/** A drawing without a suggestion has its cursor as "│". */
export function drawn(text: string): { prefix: string; middle: string; suffix: string; replaceAfter: number } {
  const match = /^([^├┤│]*)(?:│|├([^├┤]*)┤)(?:\[([^\]├┤]+\]?)\])?([^├┤│]*)$/su.exec(text);
  if (!match) throw new Error(`not a drawing: ${JSON.stringify(text)}`);
  const [, prefix, middle, replaced, suffix] = match;
  return {
    prefix: prefix!,
    middle: middle ?? "",
    suffix: (replaced ?? "") + suffix!,
    replaceAfter: replaced?.length ?? 0,
  };
}
