// Draws media/icon.png, which the shops show, from media/icon.svg with the Chromium of the editor's tests. Usage: node scripts/drawIcon.ts

import { readFileSync } from "node:fs";
import path from "node:path";
import { EditorWindow } from "./editor/page.ts";
import { root } from "./steps.ts";

const SIZE_PX = 256;
const svg = readFileSync(path.join(root, "media", "icon.svg"), "utf8");
const window = await EditorWindow.launch({ width: SIZE_PX, height: SIZE_PX });
try {
  const style = "<style>body{margin:0;background:transparent}svg{display:block;width:100vw;height:100vh}</style>";
  await window.page.setContent(style + svg);
  await window.page.screenshot({ path: path.join(root, "media", "icon.png"), omitBackground: true });
} finally {
  await window.close();
}
