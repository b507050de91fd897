// The comments at the top of a file, where licences and copyrights stand. Pure.

const COMMENT_LINE = /^\s*(\/\/|\/?\*|#|--|"""|'''|<!--)/;

/** The comments before the first line of code: each block, and each run of comment lines. */
export function leadingComments(text: string): string[] {
  const comments: string[] = [];
  let isOpen = false; // the next line continues the last comment
  let inBlock = false;
  for (const line of text.split("\n")) {
    const isComment = inBlock || COMMENT_LINE.test(line);
    if (!isComment && line.trim() !== "") break;
    const beginsBlock = !inBlock && /^\s*\/\*/.test(line);
    if (beginsBlock) inBlock = true;
    if (isComment && isOpen && !beginsBlock) comments.push(`${comments.pop()}\n${line}`);
    else if (isComment) comments.push(line);
    if (inBlock && line.includes("*/")) {
      inBlock = false;
      isOpen = false;
    } else isOpen = isComment;
  }
  return comments;
}
