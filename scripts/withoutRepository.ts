// A command that sees this repository's folder empty but for .tools/, in a mount namespace of its own, where the system lets us make one. For tests of
// what is installed: a file that it takes from the repository by mistake is not there.

import { spawnSync } from "node:child_process";
import { root } from "./steps.ts";

/** $1 is the repository, $2 an empty folder outside; the command follows. */
const SCRIPT = `
set -e
mount --bind "$1" "$2"
mount -t tmpfs none "$1"
if [ -d "$2/.tools" ]; then
  mkdir "$1/.tools"
  mount --rbind "$2/.tools" "$1/.tools"
fi
umount -l "$2"
cd /
shift 2
exec "$@"
`;

/** What comes before the command; undefined where this system does not allow it. @param empty an empty folder outside of the repository */
export function hidingRepository(empty: string): readonly string[] | undefined {
  const before = ["unshare", process.getuid?.() === 0 ? "-m" : "-rm", "sh", "-c", SCRIPT, "sh", root, empty];
  const works = process.platform === "linux" && spawnSync(before[0], [...before.slice(1), "true"]).status === 0;
  return works ? before : undefined;
}
