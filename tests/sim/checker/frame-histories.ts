// Histories that break what the frame promises of every run, whatever its world.

import { dirname } from 'node:path/posix';
import type { JsonObject } from '../../../lib/base/json.ts';
import { encodeRecord } from '../../../lib/services/journal/record.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import { STATE } from '../worlds/failover-config.ts';
import { mustHaveEnded } from '../worlds/failover-world.ts';
import { judgeAcknowledged, judgeJournals } from '../worlds/journal-rules.ts';
import type { World } from '../worlds/world.ts';

export const HOST = 'ops-1';
const JOURNAL = `${STATE}/journal/pair/000001-run-1.ndjson`;

export type FrameRule = 'ends' | 'oneTerminal' | 'chain' | 'kept' | 'duration';

/** For a world with the host `ops-1`. */
export const FRAME_HISTORIES: { readonly [R in FrameRule]: (world: World, host: Host) => void } = {
  ends: (world) => {
    world.start({ name: 'run-1', host: HOST, operator: 'wang' });
    mustHaveEnded(world);
  },
  oneTerminal: (world, host) => {
    writeJournal(host, [['run_started', {}]]);
    judgeJournals(world, host, true);
  },
  chain: (world, host) => {
    write(host, JOURNAL, '{"v":1}\n');
    judgeJournals(world, host, true);
  },
  kept: (world, host) => {
    judgeAcknowledged(world, host, new Map([[`${HOST} ${JOURNAL}`, 100]]));
  },
  duration: (world, host) => {
    writeJournal(host, [
      ['run_started', {}],
      ['run_finished', { duration_ms: -5 }],
    ]);
    judgeJournals(world, host, true);
  },
};

export function write(host: Host, path: string, text: string): void {
  host.disk.makeDirectory(dirname(path));
  const file = host.disk.open(path, false);
  file.append(Buffer.from(text));
  file.sync();
  host.disk.syncDirectory(dirname(path));
}

function writeJournal(host: Host, records: readonly (readonly [kind: string, body: JsonObject])[]): void {
  let prev = '';
  let text = '';
  for (const [seq, [kind, body]] of records.entries()) {
    const { line, hash } = encodeRecord({ seq, kind, at: '2026-01-05T00:30:00.000Z', body, prev });
    prev = hash;
    text += `${line}\n`;
  }
  write(host, JOURNAL, text);
}
