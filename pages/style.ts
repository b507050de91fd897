// The style of all pages: the editor's theme where there is one, and colours of our own for light and dark in a plain browser. Loads nothing.

export const pageStyle = `
:root { color-scheme: light dark;
  --back: var(--vscode-editor-background, light-dark(#fbfbfa, #16181b)); --card: var(--vscode-editorWidget-background, light-dark(#ffffff, #1e2125));
  --text: var(--vscode-editor-foreground, light-dark(#1d2125, #e4e6e8)); --soft: var(--vscode-descriptionForeground, light-dark(#5a616a, #a2aab4));
  --line: var(--vscode-contrastBorder, var(--vscode-editorWidget-border, light-dark(#dfe1de, #383d44)));
  --link: var(--vscode-textLink-foreground, light-dark(#0b5fbd, #6fb1f5)); --focus: var(--vscode-focusBorder, light-dark(#0b5fbd, #6fb1f5));
  --good: color-mix(in srgb, var(--vscode-testing-iconPassed, light-dark(#17703f, #5fcf92)) 80%, var(--text)); --bad: var(--vscode-errorForeground, light-dark(#b3372f, #f28b82));
  --mark: var(--vscode-editor-findMatchHighlightBackground, light-dark(#fff2c4, #54471a));
  --series0: var(--vscode-charts-blue, light-dark(#2f7dd1, #6fb1f5)); --series1: var(--vscode-charts-orange, light-dark(#c9720c, #f0a754));
  --series2: var(--vscode-charts-green, light-dark(#2d8a4e, #5fcf92)); --series3: var(--vscode-charts-purple, light-dark(#8a63d2, #b99af0));
  --series4: var(--vscode-charts-red, light-dark(#b8458b, #ec86c0)); --series5: var(--vscode-disabledForeground, light-dark(#9aa0a6, #6d757e)); }
body.vscode-light { color-scheme: light; } body.vscode-dark { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; padding: 0; background: var(--back); color: var(--text); font: 15px/1.5 var(--vscode-font-family, system-ui, -apple-system, "Segoe UI", sans-serif); }
main { max-width: 980px; margin: 0 auto; padding: 28px 24px 64px; }
h1 { font-size: 22px; font-weight: 600; margin: 0 0 6px; }
h2 { font-size: 17px; margin: 36px 0 10px; }
h3 { font-size: 14px; margin: 22px 0 8px; color: var(--soft); font-weight: 600; }
p { margin: 0 0 10px; }
.soft, small { color: var(--soft); font-size: 13px; font-weight: 400; }
.good { color: var(--good); } .bad { color: var(--bad); }
.card, figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px 20px; overflow-x: auto; margin: 0 0 16px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 6px 12px; border-top: 1px solid var(--line); white-space: nowrap; }
.table { overflow-x: auto; margin: 0 0 24px; } details .table { margin-bottom: 0; }
caption { caption-side: top; text-align: left; font-weight: 600; padding-bottom: 6px; }
thead th { border: 0; color: var(--soft); font-weight: 500; font-size: 13px; }
th:first-child, td:first-child { text-align: left; padding-left: 0; font-weight: 400; white-space: normal; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 14px 24px; margin: 0; }
dt { color: var(--soft); font-size: 13px; } dt::first-letter { text-transform: uppercase; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
details { margin: 10px 0 6px; } summary { cursor: pointer; color: var(--soft); font-size: 13px; } details[open] > summary { margin-bottom: 8px; }
code, pre { font: 13px/1.5 var(--vscode-editor-font-family, ui-monospace, "SF Mono", Menlo, Consolas, monospace); tab-size: 4; }
a, button.link { color: var(--link); } button[aria-busy=true] { opacity: .6; cursor: progress; }
button { font: inherit; font-size: 13px; color: var(--vscode-button-secondaryForeground, var(--text)); background: var(--vscode-button-secondaryBackground, transparent);
  border: 1px solid var(--vscode-button-border, var(--line)); border-radius: 4px; padding: 3px 10px; cursor: pointer; }
button.link { background: none; border: 0; padding: 0; text-decoration: underline; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 16px; }
figcaption { font-weight: 600; margin-bottom: 8px; }
figure svg { width: 100%; height: auto; display: block; } figure svg[role=img] { min-width: 620px; }
figure .counted { margin: 8px 0 0; }
.grid { stroke: var(--line); } .axis { stroke: var(--soft); } .tick { fill: var(--soft); font-size: 12px; } .name { fill: var(--text); font-size: 13px; }
.series0 { color: var(--series0); } .series1 { color: var(--series1); } .series2 { color: var(--series2); }
.hatch { fill: none; stroke: var(--card); stroke-width: 1.5; }
.series1 .curve { stroke-dasharray: 8 4; } .series2 .curve { stroke-dasharray: 2 4; } .series3 .curve { stroke-dasharray: 10 3 2 3; }
.series4 .curve { stroke-dasharray: 14 4; } .series5 .curve { stroke-dasharray: 5 3 1 3 1 3; }
.series3 { color: var(--series3); } .series4 { color: var(--series4); } .series5 { color: var(--series5); }
.bar, .dot, .cell { fill: currentColor; } .bar, .dot { stroke: var(--vscode-contrastBorder, none); } .cell { stroke: var(--line); stroke-width: .5; }
.curve, .whisker { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; } .thin .curve { stroke-width: 1; opacity: .45; } .strong .curve { stroke-width: 3; }
.whisker { stroke: var(--text); stroke-width: 1.5; }
.unclear .bar, .unclear .whisker { opacity: .4; } .unclear .name { fill: var(--soft); }
.mark.at { outline: 2px solid var(--focus); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 22px; padding: 0; margin: 10px 0 0; font-size: 13px; }
.legend svg { display: inline-block; width: 24px; height: 12px; margin-right: 6px; vertical-align: -1px; } .legend span { color: var(--text); }
.readout { min-height: 1.5em; margin: 6px 0 0; color: var(--soft); font-size: 13px; }
.live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-contrast: more) { :root { --soft: var(--text); --line: var(--vscode-contrastBorder, var(--text)); } .unclear .bar, .thin .curve { opacity: 1; } .unclear .bar { fill: none; stroke: currentColor; stroke-dasharray: 3 2; } }
`;
