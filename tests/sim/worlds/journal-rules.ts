// What must hold of the journals of a host when all its programs have ended or died, and the next one has started.

import { readJournal } from '../../../lib/services/journal/read-journal.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import { STATE } from './failover-config.ts';
import { RULES } from './failover-rules.ts';
import type { World } from './world.ts';

const RUN_FILE = /\/(\d{6,})-([0-9a-z-]+)\.ndjson(\.open)?$/;

/** Bytes of each journal that were acknowledged as durable, by host and path. */
export type Acknowledged = Map<string, number>;

export function acknowledge(acknowledged: Acknowledged, host: Host, path: string): void {
  if (path.startsWith(`${STATE}/journal/`) && path.includes('.ndjson')) {
    acknowledged.set(`${host.name} ${path.replace(/\.open$/, '')}`, host.disk.read(path).length);
  }
}

export function judgeAcknowledged(world: World, host: Host, acknowledged: Acknowledged): void {
  for (const [key, size] of acknowledged) {
    const path = key.slice(host.name.length + 1);
    if (!key.startsWith(`${host.name} `)) continue;
    const found = [path, `${path}.open`].find((name) => host.disk.has(name));
    const left = found === undefined ? 0 : host.disk.read(found).length;
    // A run of which only the first record was on its way may go; what was acknowledged may not.
    if (left < size) world.violate(RULES.kept, `${key}: ${size} bytes were durable, ${left} are left`);
  }
}

/** `isQuiet`: no run is under way, and one has started and ended since the last death. */
export function judgeJournals(world: World, host: Host, isQuiet: boolean): void {
  for (const path of host.disk.paths()) {
    if (!path.startsWith(`${STATE}/journal/`)) continue;
    const found = RUN_FILE.exec(path);
    if (found === null) continue;
    const { records, damage } = readJournal(host.disk.read(path));
    if (damage.length > 0) world.violate(RULES.chain, `${host.name} ${path}: ${damage.join(', ')}`);
    const terminals = records.filter(({ kind }) => kind === 'run_finished');
    const isOpen = found[3] !== undefined;
    if (terminals.length > 1) world.violate(RULES.oneTerminal, `${path} has ${terminals.length}`);
    if (terminals.length === 1 && records.at(-1)?.kind !== 'run_finished') {
      world.violate(RULES.oneTerminal, `${path} goes on after its end`);
    }
    if (!isOpen && terminals.length === 0) world.violate(RULES.oneTerminal, `${path} is closed without one`);
    if (isOpen && isQuiet) world.violate(RULES.oneTerminal, `${path} is still open after all`);
    for (const { body } of records) {
      const took = body['duration_ms'];
      if (typeof took === 'number' && took < 0) world.violate(RULES.duration, `${path}: ${took} ms`);
    }
  }
}
