// What a kind of panel looks like, without data: a shape to recognise it by, in the colours of its thresholds.

import type { FoundPanel } from '../read/dashboard.ts';

/** Grafana's palette; a colour it does not name is taken as CSS when it looks like one. */
const COLORS: Readonly<Record<string, string>> = {
  green: '#73bf69',
  yellow: '#fade2a',
  orange: '#ff9830',
  red: '#f2495c',
  blue: '#5794f2',
  purple: '#b877d9',
};
const SERIES = ['green', 'yellow', 'blue', 'orange', 'red', 'purple'];

export function colorOf(name: string): string {
  if (Object.hasOwn(COLORS, name)) return COLORS[name]!;
  return /^(?:#[0-9a-f]{3,8}|rgba?\([\d., %]+\)|(?:dark|light|semi-dark|super-light)-(\w+))$/i.test(name)
    ? (COLORS[/-(\w+)$/.exec(name)?.[1] ?? ''] ?? name)
    : '#8e8e8e';
}

/** An SVG that fills the panel. */
export function sketchPanel(panel: FoundPanel): string {
  const draw = Object.hasOwn(SKETCHES, panel.type) ? SKETCHES[panel.type]! : plain;
  const inner = draw(panel, Math.max(1, Math.min(4, panel.targets.length)));
  const fit = ROUND.has(panel.type) ? 'xMidYMin meet' : 'none';
  return inner === '' ? '' : `<svg viewBox="0 0 100 50" preserveAspectRatio="${fit}" aria-hidden="true">${inner}</svg>`;
}

/** Stretched, they would not be recognised. */
const ROUND = new Set(['gauge', 'piechart']);

type Sketch = (panel: FoundPanel, series: number) => string;

const SKETCHES: Readonly<Record<string, Sketch>> = {
  timeseries: (panel, series) => `${axes()}${lines(series)}${dashes(panel)}`,
  graph: (panel, series) => `${axes()}${lines(series)}${dashes(panel)}`,
  stat: (panel) => stripes(panel),
  gauge: (panel) => gauge(panel),
  bargauge: (panel) => bars(panel),
  table: () => rows('#44464d', 5),
  logs: () => rows('#3a3c42', 9),
  heatmap: () => cells(),
  piechart: (_panel, series) => pie(series),
  barchart: (_panel, series) => columns(series),
  'state-timeline': (panel) => states(panel),
};

function plain(): string {
  return '';
}

/** Every colour that it may have: which one depends on the data. */
function stripes({ colors }: FoundPanel): string {
  const wide = 100 / Math.max(1, colors.length);
  const drawn = colors.map(
    (color, index) =>
      `<rect x="${(index * wide).toFixed(2)}" width="${wide.toFixed(2)}" height="50" fill="${colorOf(color)}" opacity=".55"/>`,
  );
  return drawn.join('');
}

function axes(): string {
  const grid = [12, 24, 36].map((y) => `<path d="M4 ${y}H98" stroke="#2c2e33"/>`).join('');
  return `${grid}<path d="M4 3V47H98" fill="none" stroke="#55575c"/>`;
}

/** The same curve every time: a page that changes without its dashboards would say nothing. */
function lines(series: number): string {
  return Array.from({ length: series }, (_, index) => {
    const points = Array.from({ length: 24 }, (_one, step) => {
      const y = 30 - index * 6 + 7 * Math.sin(step / 3 + index * 2) + 3 * Math.sin(step * 1.7 + index);
      return `${(4 + step * 4.08).toFixed(1)},${y.toFixed(1)}`;
    });
    const color = colorOf(SERIES[index % SERIES.length]!);
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}"/>`;
  }).join('');
}

function dashes({ thresholds, colors }: FoundPanel): string {
  return thresholds
    .slice(1)
    .map((_value, index) => {
      const y = 9 + 6 * index;
      const color = colorOf(colors[index + 1] ?? '');
      return `<path d="M4 ${y}H98" stroke="${color}" stroke-dasharray="2 1"/>`;
    })
    .join('');
}

function gauge({ colors }: FoundPanel): string {
  const all = colors.length === 0 ? ['green'] : colors;
  return all
    .map((color, index) => {
      const [from, to] = [index / all.length, (index + 1) / all.length].map((part) => Math.PI * (1 - part));
      const at = (angle: number): string =>
        `${(50 + 24 * Math.cos(angle)).toFixed(1)} ${(34 - 24 * Math.sin(angle)).toFixed(1)}`;
      return `<path d="M${at(from!)} A24 24 0 0 1 ${at(to!)}" fill="none" stroke="${colorOf(color)}"/>`;
    })
    .join('');
}

function bars({ colors }: FoundPanel): string {
  return [82, 55, 30]
    .map((width, index) => {
      const color = colorOf(colors[Math.min(index, colors.length - 1)] ?? 'green');
      return `<rect x="4" y="${7 + index * 14}" width="92" height="9" fill="#2c2e33"/><rect x="4" y="${7 + index * 14}" width="${width}" height="9" fill="${color}" opacity=".8"/>`;
    })
    .join('');
}

function rows(color: string, count: number): string {
  const high = 44 / count;
  return Array.from({ length: count }, (_, index) => {
    const y = (4 + index * high).toFixed(1);
    const wide = index === 0 ? 92 : 92 - ((index * 37) % 30);
    return `<rect x="4" y="${y}" width="${wide}" height="${(high * 0.45).toFixed(1)}" fill="${index === 0 ? '#6a6c72' : color}"/>`;
  }).join('');
}

function cells(): string {
  let drawn = '';
  for (let x = 0; x < 20; x += 1)
    for (let y = 0; y < 6; y += 1) {
      const heat = Math.exp(-((y - 3 - Math.sin(x / 3)) ** 2) / 2);
      drawn += `<rect x="${4 + x * 4.7}" y="${3 + y * 7.3}" width="4.3" height="6.8" fill="${colorOf('orange')}" opacity="${(0.08 + heat * 0.85).toFixed(2)}"/>`;
    }
  return drawn;
}

function pie(series: number): string {
  const parts = Math.max(2, series);
  return Array.from({ length: parts }, (_, index) => {
    const [from, to] = [index / parts, (index + 1) / parts].map((part) => 2 * Math.PI * part - Math.PI / 2);
    const at = (angle: number): string =>
      `${(50 + 16 * Math.cos(angle)).toFixed(1)} ${(22 + 16 * Math.sin(angle)).toFixed(1)}`;
    const color = colorOf(SERIES[index % SERIES.length]!);
    return `<path d="M${at(from!)} A16 16 0 0 1 ${at(to!)}" fill="none" stroke="${color}"/>`;
  }).join('');
}

function columns(series: number): string {
  return Array.from({ length: 14 }, (_, index) => {
    const high = 14 + 14 * Math.abs(Math.sin(index * 1.3));
    const color = colorOf(SERIES[index % Math.max(1, series)]!);
    return `<rect x="${5 + index * 6.7}" y="${(47 - high).toFixed(1)}" width="5" height="${high.toFixed(1)}" fill="${color}" opacity=".85"/>`;
  }).join('');
}

function states({ colors }: FoundPanel): string {
  const all = colors.length === 0 ? ['green', 'red'] : colors;
  return [0, 1, 2]
    .flatMap((row) =>
      [0, 28, 60].map((x, index) => {
        const color = colorOf(all[(row + index) % all.length] ?? 'green');
        return `<rect x="${4 + x * 0.94}" y="${5 + row * 14}" width="${[26, 30, 36][index]}" height="11" fill="${color}" opacity=".75"/>`;
      }),
    )
    .join('');
}
