// The host of the live-env world: its processes, its service units, and who answers where.

import type { Sockets } from '../../../lib/effects/sockets.ts';
import type { Chance } from '../../../lib/sim/world/chance.ts';
import { sleep } from '../../../lib/sim/world/clock.ts';
import type { Gate } from '../../../lib/sim/world/gate.ts';
import {
  type Conduct,
  createProcessTable,
  type ProcessTable,
  type SimProcess,
} from '../../../lib/sim/world/process-table.ts';
import type { StepProgram } from '../../../lib/sim/world/processes.ts';
import { createServiceUnits, type ServiceUnits } from '../../../lib/sim/world/service-units.ts';
import { COMPONENT_NAMES, COMPONENTS, type ComponentName } from './live-env-config.ts';
import type { LiveNight, Oddity } from './live-env-night.ts';
import type { World } from './world.ts';

export interface LiveHost {
  readonly table: ProcessTable;
  readonly units: ServiceUnits;
  /** Something that is not ours answers there. */
  readonly foreigners: Set<ComponentName>;
  /** From now on every start goes well. */
  calm(): void;
  conductOf(component: ComponentName): Conduct | null;
  aliveOf(component: ComponentName): SimProcess[];
  isReady(component: ComponentName): boolean;
  /** The last moment at which it was ready; -infinite when it never was. */
  lastReadyMs(component: ComponentName): number;
  /** When it last ended without being told; -infinite when it never did. */
  diedByItselfMs(component: ComponentName): number;
  edgeControl(verb: string, self: SimProcess, done: Parameters<StepProgram>[2]): void;
  sockets(gate: Gate): Sockets;
}

export function componentOf(argv: readonly string[]): ComponentName | null {
  const word = argv[0] === 'run-component' ? argv[1] : argv[0]?.replace(/\.service$/, '');
  return COMPONENT_NAMES.find((name) => name === word) ?? null;
}

export function createLiveHost(world: World, night: LiveNight): LiveHost {
  const { scheduler, network } = world;
  const chance = world.chance.fork('components');
  const table = createProcessTable(scheduler);
  const foreigners = new Set<ComponentName>();
  const starts = new Map<ComponentName, number>();
  const endings = new Map<ComponentName, { readyMs: number; diedMs: number }>();
  let isCalm = false;
  const now = (): number => scheduler.nowMs();

  const conductOf = (component: ComponentName): Conduct | null => {
    const start = (starts.get(component) ?? 0) + 1;
    starts.set(component, start);
    const odd = isCalm ? undefined : night.oddities.find((one) => one.component === component && one.start === start);
    if (odd !== undefined) world.tell(`${component}, start ${start}: ${odd.kind}`);
    // What nobody can ask is believed, whoever answers.
    if (odd?.kind === 'loses its place to a foreigner' && COMPONENTS[component].driver !== 'command') {
      world.at(10, () => foreigners.add(component));
      world.at(8_000, () => foreigners.delete(component));
    }
    return odd?.kind === 'no such program' ? null : conductFor(odd?.kind ?? null, chance);
  };
  const aliveOf = (component: ComponentName): SimProcess[] =>
    table.alive().filter(({ argv }) => componentOf(argv) === component);
  const isReady = (component: ComponentName): boolean => aliveOf(component).some((process) => table.isReady(process));
  const answers = (component: ComponentName): boolean => foreigners.has(component) || isReady(component);

  const units = createServiceUnits({
    scheduler,
    table,
    conductOf: (unit) => conductOf(componentOf([unit])!),
    notifies: (unit) => unit === 'store.service',
    stopTimeoutMs: 700,
  });
  for (const component of COMPONENT_NAMES) {
    network.connect(`${component}.sim`, () => {
      if (answers(component)) return { status: 200, body: 'ok' };
      if (aliveOf(component).length > 0) return { status: 503, body: 'starting' };
      throw new Error('connection refused');
    });
  }

  return {
    table,
    units,
    foreigners,
    conductOf,
    aliveOf,
    isReady,
    calm: () => {
      isCalm = true;
      foreigners.clear();
      table.releaseStuck();
    },
    lastReadyMs: (component) => {
      if (isReady(component)) return now();
      return endings.get(component)?.readyMs ?? Number.NEGATIVE_INFINITY;
    },
    diedByItselfMs: (component) => endings.get(component)?.diedMs ?? Number.NEGATIVE_INFINITY,
    edgeControl: (verb, self, done) => {
      scheduler.after(chance.between(5, 200), () => {
        if (!self.isAlive || Number.isFinite(self.toldMs)) return;
        const running = aliveOf('edge');
        if (verb === 'up' && running.length === 0) {
          const conduct = conductOf('edge');
          if (conduct === null) return done({ exitCode: 1 });
          table.spawn(['edge'], 'edge daemon;', conduct);
        }
        if (verb === 'up' || running.length === 0) return done({ exitCode: 0 });
        // It answers once the daemon is gone: nobody else could tell.
        for (const process of running) table.terminate(process);
        scheduler.after(400, () => {
          for (const process of running) table.kill(process);
          done({ exitCode: running.some(({ isAlive }) => isAlive) ? 1 : 0 });
        });
      });
    },
    sockets: (gate) => ({
      contact: ({ host, port, timeoutMs, wantsGreeting, signal }) =>
        gate.pass('contact', `${host}:${port}`, async () => {
          const lie = network.lieOf('host', host, { method: 'TCP', path: '', body: '', headers: {}, from: 'host' });
          const component = COMPONENT_NAMES.find((name) => host === `${name}.sim`);
          const isSilent = lie === 'black hole' || lie === 'slow';
          await sleep(scheduler, ALWAYS, isSilent ? timeoutMs : chance.between(0.2, 3), signal);
          if (isSilent) return { ok: false as const, reason: 'does not answer in time' };
          if (lie !== null || component === undefined || !answers(component)) {
            return { ok: false as const, reason: 'connection refused' };
          }
          return { ok: true as const, greeting: wantsGreeting ? 'INFO {}' : '' };
        }),
    }),
    ...watchEndings(table, endings, now),
  };
}

const ALWAYS = { isAlive: true };

/** Remembers of each component when it was last ready, and when it died without being told. */
function watchEndings(
  table: ProcessTable,
  endings: Map<ComponentName, { readyMs: number; diedMs: number }>,
  now: () => number,
): object {
  table.onChange = ({ argv, bornMs, conduct, toldMs }, what) => {
    const component = componentOf(argv);
    if (component === null || what === 'born' || what === 'forked') return;
    const before = endings.get(component) ?? { readyMs: Number.NEGATIVE_INFINITY, diedMs: Number.NEGATIVE_INFINITY };
    const wasReady = bornMs + conduct.readyAfterMs <= now();
    const isTold = Number.isFinite(toldMs);
    endings.set(component, {
      readyMs: wasReady && (what === 'told to end' || !isTold) ? now() : before.readyMs,
      diedMs: what === 'ended' && !isTold ? now() : before.diedMs,
    });
  };
  return {};
}

const NEVER = Number.POSITIVE_INFINITY;

function conductFor(kind: Oddity['kind'] | null, chance: Chance): Conduct {
  const readyAfterMs = chance.between(20, 400);
  const good: Conduct = {
    readyAfterMs,
    endsAfterMs: NEVER,
    exitCode: 0,
    stopsAfterMs: chance.between(5, 100),
    forksAfterMs: NEVER,
    isStuck: false,
  };
  switch (kind) {
    case null:
    case 'no such program':
      return good;
    case 'slow start':
      return { ...good, readyAfterMs: chance.between(800, 2_500) };
    case 'never ready':
      return { ...good, readyAfterMs: NEVER };
    case 'dies at once':
      return { ...good, readyAfterMs: NEVER, endsAfterMs: 1, exitCode: 1 };
    // The port is taken when it comes to open it.
    case 'loses its place to a foreigner':
    case 'dies before it is ready':
      return { ...good, readyAfterMs: NEVER, endsAfterMs: readyAfterMs, exitCode: 1 };
    case 'dies later':
      return { ...good, endsAfterMs: readyAfterMs + chance.between(1, 4_000), exitCode: 1 };
    case 'exits 0 having done nothing':
      return { ...good, readyAfterMs: NEVER, endsAfterMs: 5, exitCode: 0 };
    case 'ignores SIGTERM':
      return { ...good, stopsAfterMs: NEVER };
    case 'sits in the kernel':
      return { ...good, isStuck: true };
    case 'stops slowly':
      return { ...good, stopsAfterMs: chance.between(300, 900) };
    case 'forks and leaves':
      return { ...good, forksAfterMs: chance.between(1, 500) };
  }
}
