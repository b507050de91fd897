// What the report page of a fine-tuning has besides the style of all pages.

export const reportStyle = `
h1 { font-size: 15px; font-weight: 500; color: var(--soft); margin: 0 0 14px; }
.under { margin-top: 10px; }
.verdict { border: 1px solid var(--line); border-left: 5px solid var(--bad); background: var(--card); border-radius: 8px; padding: 18px 22px; }
.verdict.accepted { border-left-color: var(--good); }
.verdict b { display: block; font-size: 22px; line-height: 1.3; margin-bottom: 4px; color: var(--bad); }
.verdict.accepted b { color: var(--good); }
.verdict p { margin: 0; }
tbody tr.group th { font-weight: 600; padding-top: 16px; border-top: 0; }
tbody tr.group ~ tr.group th { padding-top: 24px; }
svg.interval { width: 150px; height: 18px; display: block; margin-left: auto; }
svg.interval line { stroke: var(--soft); opacity: .6; } svg.interval rect { fill: var(--soft); opacity: .55; } svg.interval circle { fill: var(--soft); }
svg.interval.good rect, svg.interval.good circle { fill: var(--good); } svg.interval.bad rect, svg.interval.bad circle { fill: var(--bad); }
ul.paths { margin: 6px 0 0; padding-left: 18px; } ul.paths code { overflow-wrap: anywhere; }
.samples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 16px; }
.sample { background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; min-width: 0; display: flex; flex-direction: column; }
.sample h4 { margin: 0; padding: 9px 14px; font-weight: 500; font-size: 13px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.sample pre { margin: 0; flex: 1; padding: 10px 14px; overflow-x: auto; color: var(--soft); }
.sample mark { background: var(--mark); color: var(--text); border-radius: 3px; padding: 1px 0; }
.sides { display: grid; grid-template-columns: 1fr 1fr; border-top: 1px solid var(--line); }
.sides div { padding: 8px 14px; min-width: 0; } .sides div + div { border-left: 1px solid var(--line); }
.sides .right { background: color-mix(in srgb, var(--good) 14%, var(--card)); } .sides .wrong { background: color-mix(in srgb, var(--bad) 14%, var(--card)); }
.sides small { display: block; } .sides code { display: block; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
