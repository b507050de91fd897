// Which files say what is not to be read.

const IGNORE_FILE = /(^|\/)(\.gitignore|\.sottoignore)$|^\.git\/info\/exclude$/;

/** Whether a change of the file may change what may be read. @param path relative to the workspace folder */
export const isIgnoreFile = (path: string): boolean => IGNORE_FILE.test(path);
