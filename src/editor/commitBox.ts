// What becomes of the text in the source-control view's box when facts are written there. Pure.

/**
 * What a person typed stays and has the message's lines below it; a message that Sotto wrote before and that nobody changed gives way.
 * @param typed what stands in the box @param message with its first line, and perhaps more below an empty line
 * @param written what Sotto put into this box last: the whole message or its lines
 * @returns the box's text, and what of it Sotto wrote
 */
export function filledBox(typed: string, message: string, written = ""): { text: string; written: string } {
  const isOwn = written !== "" && typed.endsWith(written);
  const own = (isOwn ? typed.slice(0, -written.length) : typed).trimEnd();
  if (own === "") return { text: message, written: message };
  const lines = message.slice(message.indexOf("\n\n") + 1).trim(); // the person's first line stays the only one
  return own.endsWith(lines) ? { text: own, written: "" } : { text: `${own}\n\n${lines}`, written: lines };
}
