// docs/platforms.md: seed, item, and the file that delivers it.

import type { Delivery } from './deliveries.ts';
import type { Platform } from './platform.ts';

export interface PlatformDeliveries {
  readonly platform: Platform;
  readonly deliveries: readonly Delivery[];
}

export function renderDeliveries(all: readonly PlatformDeliveries[]): string {
  const head = [
    '<!-- Generated from config/platforms/*/seed.yml; change those, not this. -->',
    '# Platforms',
    '',
    'What the descriptions of the systems name, and the file that delivers it. How a platform is written:',
    '[platform-format.md](platform-format.md).',
  ];
  return `${[...head, ...all.flatMap((one) => ['', ...sectionOf(one)])].join('\n')}\n`;
}

function sectionOf({ platform, deliveries }: PlatformDeliveries): string[] {
  return [
    `## ${platform.title}`,
    '',
    `Description ${platform.source}: ${summaryOf(deliveries)}.`,
    '',
    '| kind | named in the description | section | here | different |',
    '|---|---|---|---|---|',
    ...deliveries.map(({ item, file }) => {
      const named = item.kind === 'panel' ? `${item.dashboard}: ${item.name}` : item.name;
      const cells = [item.kind, named, item.section, linkOf(item.delivered, file), item.different];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    }),
  ];
}

function linkOf(name: string, file: string | null): string {
  return file === null ? `**missing**: ${name}` : `[${name.replace(/[[\]]/g, '\\$&')}](../${encodeURI(file)})`;
}

function summaryOf(deliveries: readonly Delivery[]): string {
  const kinds = [...new Set(deliveries.map(({ item }) => item.kind))];
  return kinds
    .map((kind) => {
      const count = deliveries.filter(({ item }) => item.kind === kind).length;
      return `${count} ${kind}${count === 1 ? '' : kind.endsWith('s') ? '' : 's'}`;
    })
    .join(', ');
}
