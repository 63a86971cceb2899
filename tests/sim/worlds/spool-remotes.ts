// What takes telemetry in the spool world: a gateway that may forget, dashboards, a chat.

import { isRecord, own, parseJson } from '../../../lib/base/json.ts';
import type { World } from './world.ts';

export interface SpoolRemotes {
  /** The gateway's groups by path, each with its samples by name and labels. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, number>>;
  restartGateway(): void;
  /** Told of every group that is put, after the one before it. */
  onPut: (path: string, samples: ReadonlyMap<string, number>) => void;
  /** Texts of the regions that were closed, one for each. */
  closedRegions(): readonly string[];
  readonly messages: readonly string[];
}

export function createSpoolRemotes(world: World): SpoolRemotes {
  const groups = new Map<string, ReadonlyMap<string, number>>();
  const regions: { text: string; isClosed: boolean }[] = [];
  const messages: string[] = [];
  let starts = 1;

  world.network.connect('push.sim', ({ method, path, body }) => {
    if (path === '/api/v1/status') {
      return { status: 200, body: JSON.stringify({ status: 'success', data: { start_time: `start ${starts}` } }) };
    }
    if (method !== 'PUT') return { status: 405, body: '' };
    const samples = readSamples(body);
    remotes.onPut(path, samples);
    groups.set(path, samples);
    return { status: 202, body: '' };
  });
  world.network.connect('grafana.sim', ({ method, path, body }) => {
    const wish = parseJson(body);
    const text = isRecord(wish) ? String(own(wish, 'text')) : '';
    const isClosed = isRecord(wish) && own(wish, 'timeEnd') !== undefined;
    if (method === 'POST') {
      regions.push({ text, isClosed });
      return { status: 200, body: JSON.stringify({ id: regions.length, message: 'Annotation added' }) };
    }
    const region = regions[Number(path.split('/').at(-1)) - 1];
    if (region === undefined) return { status: 404, body: '{"message":"not found"}' };
    Object.assign(region, { text, isClosed });
    return { status: 200, body: '{"message":"Annotation patched"}' };
  });
  world.network.connect('slack.sim', ({ body }) => {
    messages.push(body);
    return { status: 200, body: 'ok' };
  });

  const remotes: SpoolRemotes = {
    groups,
    messages,
    onPut: () => {},
    closedRegions: () => regions.filter(({ isClosed }) => isClosed).map(({ text }) => text),
    restartGateway: () => {
      starts += 1;
      groups.clear();
    },
  };
  return remotes;
}

const SAMPLE = /^([a-z0-9_:]+(?:\{[^}]*\})?) (\S+)$/;

function readSamples(page: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    const found = SAMPLE.exec(line);
    if (found !== null) samples.set(found[1]!, Number(found[2]));
  }
  return samples;
}
