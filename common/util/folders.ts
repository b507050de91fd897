// The folders of paths with forward slashes. Pure.

/** The folder of a path, "" for the root. */
export function folderOf(file: string): string {
  const end = file.lastIndexOf("/");
  return end === -1 ? "" : file.slice(0, end);
}

/** The number of leading folders that two paths share. */
export function commonFolders(a: string, b: string): number {
  const [first, second] = [a.split("/").slice(0, -1), b.split("/").slice(0, -1)];
  const differs = first.findIndex((part, i) => part !== second[i]);
  return differs === -1 ? first.length : differs;
}
