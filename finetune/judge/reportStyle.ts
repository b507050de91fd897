// The style of the report page, for light and dark. Nothing in it is loaded from elsewhere.

import { Html } from "./html.ts";

export const reportStyle = new Html(`
:root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --text: #1d2125; --soft: #636a73; --line: #e3e4e2; --good: #1a7f4b; --bad: #b3372f;
  --goodBack: #e5f4eb; --badBack: #fbeae8; --mark: #fff2c4; --rate0: #8a63d2; --rate1: #2f7dd1; --rate2: #c9720c; --rate3: #1c8f8a; --rate4: #b8458b; }
@media (prefers-color-scheme: dark) { :root { --back: #16181b; --card: #1e2125; --text: #e4e6e8; --soft: #9aa2ac; --line: #33373d; --good: #5fcf92; --bad: #f28b82;
  --goodBack: #17352a; --badBack: #42211f; --mark: #54471a; --rate0: #b99af0; --rate1: #6fb1f5; --rate2: #f0a754; --rate3: #58c9c3; --rate4: #ec86c0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 36px 24px 64px; }
h1 { font-size: 15px; font-weight: 500; color: var(--soft); margin: 0 0 14px; }
h2 { font-size: 17px; margin: 40px 0 12px; }
h3 { font-size: 14px; margin: 24px 0 10px; color: var(--soft); font-weight: 600; }
p { margin: 0 0 10px; }
.under { margin-top: 10px; }
.soft, small { color: var(--soft); font-size: 13px; font-weight: 400; }
.verdict { border: 1px solid var(--line); border-left: 5px solid var(--bad); background: var(--card); border-radius: 8px; padding: 18px 22px; }
.verdict.accepted { border-left-color: var(--good); }
.verdict b { display: block; font-size: 22px; line-height: 1.3; margin-bottom: 4px; color: var(--bad); }
.verdict.accepted b { color: var(--good); }
.verdict p { margin: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px 20px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 12px; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { border: 0; color: var(--soft); font-weight: 500; font-size: 13px; }
th:first-child, td:first-child { text-align: left; padding-left: 0; font-weight: 400; }
tbody tr.group th { font-weight: 600; padding-top: 16px; border-top: 0; }
tbody tr.group ~ tr.group th { padding-top: 24px; }
.good { color: var(--good); } .bad { color: var(--bad); }
svg.interval { width: 150px; height: 18px; display: block; margin-left: auto; }
svg.interval line { stroke: var(--soft); opacity: .6; } svg.interval rect { fill: var(--soft); opacity: .55; } svg.interval circle { fill: var(--soft); }
svg.interval.good rect, svg.interval.good circle { fill: var(--good); } svg.interval.bad rect, svg.interval.bad circle { fill: var(--bad); }
svg.chart { width: 100%; height: auto; display: block; }
svg.chart .grid { stroke: var(--line); } svg.chart .tick { fill: var(--soft); font-size: 12px; }
svg.chart path { fill: none; stroke: currentColor; stroke-linejoin: round; } svg.chart circle { fill: currentColor; }
svg.chart .training { stroke-width: 1; opacity: .3; } svg.chart .heldOut { stroke-width: 1.4; } svg.chart .chosen .heldOut { stroke-width: 2.6; }
.rate0 { color: var(--rate0); } .rate1 { color: var(--rate1); } .rate2 { color: var(--rate2); } .rate3 { color: var(--rate3); } .rate4 { color: var(--rate4); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 26px; padding: 0; margin: 12px 0 0; font-size: 14px; }
.legend i { display: inline-block; width: 18px; border-top: 2px solid currentColor; vertical-align: middle; margin-right: 8px; } .legend .chosen i { border-top-width: 4px; }
.legend li { font-variant-numeric: tabular-nums; } .legend small { margin-left: 8px; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 14px 24px; margin: 0; }
dt { color: var(--soft); font-size: 13px; } dt::first-letter { text-transform: uppercase; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
details { margin-top: 14px; } summary { cursor: pointer; color: var(--soft); }
code, pre { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; tab-size: 4; }
ul.paths { margin: 6px 0 0; padding-left: 18px; } ul.paths code { overflow-wrap: anywhere; }
.samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 16px; }
.sample { background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; min-width: 0; display: flex; flex-direction: column; }
.sample h4 { margin: 0; padding: 9px 14px; font-weight: 500; font-size: 13px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.sample pre { margin: 0; flex: 1; padding: 10px 14px; overflow-x: auto; color: var(--soft); }
.sample mark { background: var(--mark); color: var(--text); border-radius: 3px; padding: 1px 0; }
.sides { display: grid; grid-template-columns: 1fr 1fr; border-top: 1px solid var(--line); }
.sides div { padding: 8px 14px; min-width: 0; } .sides div + div { border-left: 1px solid var(--line); }
.sides .right { background: var(--goodBack); } .sides .wrong { background: var(--badBack); }
.sides small { display: block; } .sides code { display: block; white-space: pre-wrap; overflow-wrap: anywhere; }
`);
