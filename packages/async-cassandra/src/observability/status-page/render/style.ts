/** Light and dark, narrow and wide, still where motion is not wanted; no fonts or pictures from elsewhere. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: light-dark(#f4f6f9, #0e131a);
  --card: light-dark(#ffffff, #161d27);
  --text: light-dark(#18212c, #e7edf4);
  --soft: light-dark(#526071, #9fadbd);
  --edge: light-dark(#dce2e9, #2a3543);
  --line: light-dark(#1a63c7, #6fb1ff);
  --second: light-dark(#7a4cc2, #c3a2ff);
  --good: light-dark(#0a6a3b, #5dd492);
  --warn: light-dark(#8a4b00, #f4bf62);
  --bad: light-dark(#b3201a, #ff8d84);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding-top: 1.25rem; }
h1 { font-size: 1.35rem; line-height: 1.2; margin: 0; margin-right: auto; letter-spacing: -.01em; }
button { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--soft); border-radius: .5rem; padding: .3rem .8rem; cursor: pointer; }
button:hover { border-color: var(--line); color: var(--line); }
:focus-visible { outline: 3px solid var(--line); outline-offset: 2px; }
.note, footer { color: var(--soft); font-size: .85rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header > div { width: 100%; }
#lost { margin: .5rem 0; padding: .6rem .9rem; border: 1px solid var(--bad); border-left-width: 6px; border-radius: .5rem; background: var(--card); color: var(--bad); }
.facts { margin: .15rem 0 1rem; }
.summary { margin: 0 0 1rem; padding: .7rem 1rem; border: 1px solid var(--edge); border-left: 6px solid var(--good); border-radius: .6rem; background: var(--card); font-weight: 600; overflow-wrap: anywhere; }
.summary.warning { border-left-color: var(--warn); }
.summary.bad { border-left-color: var(--bad); color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 0 0 1rem; }
.tile, .card { background: var(--card); border: 1px solid var(--edge); border-radius: .75rem; min-width: 0; }
.tile { padding: .7rem 1rem .8rem; display: flex; flex-wrap: wrap; align-items: baseline; column-gap: .5rem; }
.tile dt { width: 100%; color: var(--soft); font-size: .85rem; }
.tile dd { margin: 0; }
.tile .value { font-size: 1.6rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.02em; white-space: nowrap; }
.tile.bad .value, td.bad { color: var(--bad); }
.tile .trend { width: 100%; height: 2.75rem; margin-top: .4rem; }
.chart { display: block; width: 100%; height: 100%; overflow: hidden; }
.chart .line { fill: none; stroke: var(--line); stroke-width: 1.75px; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.chart .line-1 { stroke: var(--second); stroke-dasharray: 3 3; }
.chart .area { fill: var(--line); opacity: .14; }
.chart.calm .line { stroke: var(--soft); }
.chart.calm .area { fill: none; }
.bad .chart:not(.calm) .line, .errors .chart:not(.calm) .line { stroke: var(--bad); }
.bad .chart:not(.calm) .area, .errors .chart:not(.calm) .area { fill: var(--bad); opacity: .25; }
.card { margin: 0 0 1rem; overflow: hidden; }
.scroll { overflow-x: auto; border-radius: .75rem; }
.scroll:focus-visible { outline-offset: -3px; }
table { border-collapse: collapse; width: 100%; }
caption, h2 { text-align: left; padding: .75rem 1rem .4rem; margin: 0; }
.name { font-size: 1.05rem; font-weight: 650; }
caption .note { margin-left: .4rem; }
th, td { padding: .5rem .6rem; text-align: left; vertical-align: middle; white-space: nowrap; border-top: 1px solid var(--edge); }
th:first-child, td:first-child { padding-left: 1rem; }
thead th { color: var(--soft); font-size: .8rem; font-weight: 500; border-top: 0; vertical-align: bottom; }
tbody th { font-weight: 500; }
th .note { display: block; font-weight: 400; font-size: .78rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.address { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .9em; }
.nodes { min-width: 74rem; }
.nodes th:first-child { min-width: 11rem; position: sticky; left: 0; background: var(--card); }
.nodes th:nth-child(2) { width: 8%; }
.nodes th:nth-child(3) { width: 9rem; }
.nodes .spark { width: 11rem; }
.nodes thead .spark { white-space: normal; }
.spark { min-width: 7rem; }
.spark .chart { height: 1.75rem; border-bottom: 1px solid var(--edge); }
.state { display: inline-block; padding: .05rem .55rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .82rem; font-weight: 600; white-space: nowrap; }
.up .state { color: var(--good); }
.avoided .state, .connecting .state { color: var(--warn); }
.down .state, .gone .state { color: var(--bad); }
.unused .state { color: var(--soft); }
tr.down th { box-shadow: inset 4px 0 var(--bad); }
tr.avoided th, tr.connecting th { box-shadow: inset 4px 0 var(--warn); }
.lists { display: grid; grid-template-columns: 1fr 1fr; gap: 0 .75rem; align-items: start; }
.card > .note { margin: 0; padding: 0 1rem .9rem; }
.changes { list-style: none; margin: 0; padding: 0 1rem .6rem; }
.changes li { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem .8rem; padding: .35rem 0; border-top: 1px solid var(--edge); }
time { font-variant-numeric: tabular-nums; color: var(--soft); }
footer { padding-bottom: 2rem; }
@media (max-width: 60rem) { .tiles { grid-template-columns: repeat(2, 1fr); } .lists { grid-template-columns: 1fr; } }
@media (max-width: 26rem) { header, main, footer { padding-left: .75rem; padding-right: .75rem; } .tile { padding: .6rem .75rem; } .tile .value { font-size: 1.35rem; } }
@media (forced-colors: active) { .chart .line { stroke: CanvasText; } .chart .area { fill: CanvasText; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
`;
