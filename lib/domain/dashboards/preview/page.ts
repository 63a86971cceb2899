// One page that shows where every panel lies, what kind it is and what it asks: the layout without a Grafana.

import type { FoundDashboard, FoundPanel } from '../read/dashboard.ts';
import { sketchPanel } from './sketch.ts';

/** Grafana's grid: a row of the grid is 30 pixels high with 8 between panels. */
const UNIT_PX = 38;

export function renderPreview(dashboards: readonly FoundDashboard[]): string {
  const links = dashboards.map(({ title }, index) => `<a href="#d${index}">${escapeHtml(title ?? '')}</a>`).join(' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Dashboards: ${dashboards.length}</title>
<style>${STYLE}</style>
</head>
<body>
<nav>${links}</nav>
${dashboards.map(drawDashboard).join('\n')}
</body>
</html>
`;
}

function drawDashboard(dashboard: FoundDashboard, index: number): string {
  const { title, description, uid, variables, annotations, refresh, panels } = dashboard;
  const shown = panels.filter(({ isFolded }) => !isFolded);
  const bottom = Math.max(1, ...shown.map(({ grid }) => (grid === null ? 0 : grid.y + grid.h)));
  const facts = [uid ?? 'no uid', refresh === undefined || refresh === '' ? 'no refresh' : `every ${refresh}`];
  const names = [
    ...variables.map(({ name, isMany }) => `<b>$${escapeHtml(name)}${isMany ? ' …' : ''}</b>`),
    ...annotations.map(({ name }) => `<i>${escapeHtml(name)}</i>`),
  ];
  const folded = panels.filter(({ isFolded }) => isFolded);
  return `<section id="d${index}">
<h1>${escapeHtml(title ?? 'Without a title')}</h1>
<p>${escapeHtml(description ?? '')} <small>${escapeHtml(facts.join(', '))}</small></p>
<p class="names">${names.join(' ')}</p>
<div class="grid" style="height:${Math.min(bottom, 2_000) * UNIT_PX}px">
${shown.map(drawPanel).join('\n')}
</div>
${folded.length === 0 ? '' : `<p>Folded away: ${folded.map(({ title: name }) => escapeHtml(name ?? '')).join(', ')}</p>`}
</section>`;
}

function drawPanel(panel: FoundPanel): string {
  const { x, y, w, h } = panel.grid ?? { x: 0, y: 0, w: 24, h: 1 };
  const place = `left:${percent(x)};top:${y * UNIT_PX}px;width:calc(${percent(w)} - 8px);height:${h * UNIT_PX - 8}px`;
  if (panel.type === 'row') {
    const repeat = panel.repeat === undefined ? '' : ` <small>for each $${escapeHtml(panel.repeat)}</small>`;
    return `<h2 style="${place}">${escapeHtml(panel.title ?? '')}${repeat}</h2>`;
  }
  const asked = panel.targets.map(({ expr, legend }) => {
    const named = legend === undefined || legend === '' ? '' : ` <em>${escapeHtml(legend)}</em>`;
    return `<li>${escapeHtml(expr ?? '')}${named}</li>`;
  });
  const unit = panel.unit === undefined ? '' : ` <span>${escapeHtml(panel.unit)}</span>`;
  const body = panel.type === 'text' ? `<pre>${escapeHtml(panel.content)}</pre>` : `<ol>${asked.join('')}</ol>`;
  return `<article data-kind="${escapeHtml(panel.type)}" style="${place}" title="${escapeHtml(panel.description ?? '')}">
<header>${escapeHtml(panel.title ?? '')} <span>${escapeHtml(panel.type)}</span>${unit}</header>${sketchPanel(panel)}${body}</article>`;
}

function percent(columns: number): string {
  return `${((columns / 24) * 100).toFixed(3)}%`;
}

/** For text and attributes alike. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const STYLE = `
body{margin:0;padding:16px 24px;background:#111217;color:#ccccdc;font:13px/1.4 system-ui,sans-serif}
nav a{color:#6e9fff;margin-right:12px}
h1{font-size:20px;margin:24px 0 4px} p{margin:2px 0 8px;max-width:110em} small,article span{color:#8e8e9a;font-weight:normal}
.names b{background:#22252b;border:1px solid #44464d;border-radius:2px;padding:2px 6px;font-weight:normal}
.names i{color:#ff9830;margin-left:8px}
.grid{position:relative} .grid>*{position:absolute;box-sizing:border-box}
h2{font-size:15px;margin:0;line-height:30px}
article{background:#181b1f;border:1px solid #2c2e33;border-radius:2px;overflow:hidden;display:flex;flex-direction:column}
header{padding:4px 8px;font-weight:600;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;flex:none}
svg{flex:1 1 0;min-height:0;width:100%} polyline,path{vector-effect:non-scaling-stroke;stroke-width:1.5px}
article[data-kind=gauge] path,article[data-kind=piechart] path{stroke-width:14px}
ol{position:absolute;left:0;right:0;bottom:0;margin:0;padding:2px 8px 4px 24px;max-height:45%;overflow:hidden;background:#111217cc}
li,pre{font:11px/1.35 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap} pre{margin:4px 8px}
em{color:#73bf69;font-style:normal}
article:hover{overflow:auto;z-index:1} article:hover ol{max-height:none}
`;
