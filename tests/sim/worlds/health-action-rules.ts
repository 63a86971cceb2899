// Judges every request to resubscribe: budget, orders of people, intent, and whether what was seen justifies it.

import { CONTROL } from '../../../lib/base/control-subjects.ts';
import { isRecord, own, parseJson } from '../../../lib/base/json.ts';
import { readJournal } from '../../../lib/services/journal/read-journal.ts';
import { EXCHANGES, SYMBOLS, traceOf } from '../../../lib/sim/world/feed-service.ts';
import type { Host } from '../../../lib/sim/world/host.ts';
import type { Lie, RemoteRequest } from '../../../lib/sim/world/network.ts';
import { BUDGET, governorFile, STATE, SWITCH_FILE, type Target } from './health-config.ts';
import { HEALTH_RULES, type HealthRun, hostOf, type Judge, readDocument, type Scene } from './health-rules.ts';

// Clocks of hosts run apart by half a thousandth.
const HOUR_MS = 3_590_000;
const DAY_MS = 86_340_000;
const NEIGHBOUR_MS = 7_140_000;
/** Between reading an order and the request that it forbids others may have had their turn. */
const BLINK_MS = 50;
/** Nobody waits as long for an answer: what comes later is a copy. */
const COPY_MS = 1_900;
const SPENT = /of \d+ remediations an? (?:hour|day) are spent/;
const HARMLESS: ReadonlySet<Lie> = new Set(['slow', 'delivered twice']);

export interface ActionJudge extends Judge {
  onRequest(from: string, request: RemoteRequest, lie: Lie | null): void;
  /** After an effect on a file. */
  onFile(host: Host, kind: string, path: string): void;
}

export function judgeActions(scene: Scene): ActionJudge {
  const { world } = scene;
  const now = (): number => world.scheduler.nowMs();
  const remediations = new Map<string, number[]>();
  const latched = new Set<string>();
  const acknowledgedMs = new Map<string, number>();
  const orderedMs = new Map<string, number>();
  const lastDead = new Map<string, { readonly wallMs: number; readonly isDead: boolean }>();
  const sentMs = new WeakMap<RemoteRequest, number>();
  const nameOf = ({ act }: HealthRun): string => `${act.host} ${act.target}`;

  for (const service of Object.values(scene.services)) {
    service.onShown = (request, shown) => {
      const isCopy = now() - (sentMs.get(request) ?? now()) > COPY_MS;
      if (!isCopy && scene.looks.get(traceOf(request)) !== undefined) {
        scene.looks.set(traceOf(request), shown.isUsable ? shown : null);
      }
    };
  }

  function judgeBudget(run: HealthRun): void {
    const spent = remediations.get(nameOf(run)) ?? [];
    const hour = spent.filter((atMs) => now() - atMs < HOUR_MS).length;
    const day = spent.filter((atMs) => now() - atMs < DAY_MS).length;
    if (hour >= BUDGET.perHour || day >= BUDGET.perDay) {
      world.violate(HEALTH_RULES.budget, `${run.name} acts after ${hour} in an hour and ${day} in a day`);
    }
    if (latched.has(nameOf(run))) world.violate(HEALTH_RULES.latch, `${run.name} acts, nobody has acknowledged`);
    remediations.set(nameOf(run), [...spent, now()]);
    const host = hostOf(scene, run.act.host);
    const path = governorFile('state', run.act.target);
    const actions = own(readDocument(host, path) ?? {}, 'actions');
    const last = Array.isArray(actions) ? (actions.at(-1) as unknown) : null;
    const at = isRecord(last) ? own(last, 'at') : null;
    const isCounted =
      isRecord(at) && own(at, 'bootId') === host.bootId() && Number(own(at, 'monotonicMs')) >= run.sinceMonotonicMs;
    if (!isCounted || !host.disk.isDurable(path))
      world.violate(HEALTH_RULES.countedFirst, `${run.name} acts uncounted`);
  }

  function judgeOrders(run: HealthRun): void {
    const host = hostOf(scene, run.act.host);
    const isFresh = (path: string): boolean => now() - (orderedMs.get(`${host.name} ${path}`) ?? -1e9) < BLINK_MS;
    const all = readDocument(host, SWITCH_FILE);
    if (all !== null && own(all, 'isOff') === true && !isFresh(SWITCH_FILE)) {
      world.violate(HEALTH_RULES.orders, `${run.name} acts while automation is off`);
    }
    const path = governorFile('pause', run.act.target);
    const pause = readDocument(host, path);
    const at = pause === null ? null : own(pause, 'at');
    if (pause === null || !isRecord(at) || isFresh(path)) return;
    const sinceMs =
      own(at, 'bootId') === host.bootId() ? host.monotonicMs() - Number(own(at, 'monotonicMs')) : host.monotonicMs();
    const leftMs = Number(own(pause, 'forMs')) - sinceMs;
    if (leftMs > BLINK_MS) world.violate(HEALTH_RULES.orders, `${run.name} acts although paused for ${leftMs} ms more`);
  }

  function judgeIntent(run: HealthRun): void {
    const { disk } = hostOf(scene, run.act.host);
    const open = disk
      .paths()
      .filter((path) => path.startsWith(`${STATE}/journal/${run.act.target}/`) && path.endsWith('.open'));
    const last = open.sort().at(-1);
    const kind = last === undefined ? undefined : readJournal(disk.read(last)).records.at(-1)?.kind;
    if (last === undefined || kind !== 'step_intent' || !disk.isDurable(last)) {
      world.violate(HEALTH_RULES.intentFirst, `${run.name} acts, its journal ends with ${kind ?? 'nothing'}`);
    }
  }

  function judgeSight(run: HealthRun, symbols: readonly unknown[]): void {
    const { name, act } = run;
    const seen = scene.looks.get(run.trace) ?? null;
    if (seen === null) {
      world.violate(HEALTH_RULES.onlyBroken, `${name} acts on what it could not see`);
      return;
    }
    const broken = new Set([...seen.missing, ...seen.late]);
    if (symbols.length === 0)
      world.violate(HEALTH_RULES.onlyBroken, `${name} asks for nothing, which may mean everything`);
    if ((scene.steppedMs.get(act.host) ?? -1e9) >= seen.atMs) return;
    const well = symbols.filter((symbol) => !broken.has(String(symbol)));
    if (well.length > 0)
      world.violate(HEALTH_RULES.onlyBroken, `${name} resubscribes ${well.join(', ')}, which were well`);
    // Staleness from before the run's own act is nobody's news.
    const isDead = (symbol: string): boolean =>
      broken.has(symbol) && (!run.acted.has(symbol) || seen.missing.includes(symbol));
    const dead = EXCHANGES.filter((exchange) =>
      SYMBOLS.every((symbol) => !symbol.endsWith(`.${exchange}`) || isDead(symbol)),
    );
    for (const symbol of symbols) run.acted.add(String(symbol));
    if (dead.length > EXCHANGES.length / 2) {
      world.violate(HEALTH_RULES.observer, `${name} acts while ${dead.join(', ')} look dead`);
    }
    const other: Target = act.target === 'primary' ? 'backup' : 'primary';
    const neighbour = lastDead.get(`${act.host} ${other}`);
    const agoMs = neighbour === undefined ? Number.NaN : Math.abs(hostOf(scene, act.host).wallMs() - neighbour.wallMs);
    if (neighbour?.isDead === true && agoMs < NEIGHBOUR_MS && SYMBOLS.filter(isDead).length > SYMBOLS.length / 2) {
      world.violate(HEALTH_RULES.observer, `${name} acts while both feeds look dead`);
    }
  }

  function judgeSubscribe(run: HealthRun | undefined, request: RemoteRequest): void {
    const asked = parseJson(request.body);
    const symbols = isRecord(asked) ? own(asked, 'symbols') : [];
    if (run === undefined || !Array.isArray(symbols)) return;
    run.requests += 1;
    if (run.requests === 1) {
      world.tell(`${run.name} resubscribes ${symbols.join(', ')}`);
      judgeBudget(run);
      const others = [...scene.runs.values()].filter(
        (one) => one !== run && nameOf(one) === nameOf(run) && one.requests > 0 && one.finishedMs === null,
      );
      if (others.length > 0)
        world.violate(HEALTH_RULES.alone, `${run.name} and ${others.map(({ name }) => name).join(', ')}`);
    }
    judgeIntent(run);
    judgeOrders(run);
    judgeSight(run, symbols);
  }

  return {
    onRequest: (_from, request, lie) => {
      sentMs.set(request, now());
      const run = scene.runs.get(traceOf(request));
      const subject = request.path.slice('/control/'.length);
      if (subject === CONTROL.active && run !== undefined) scene.looks.set(run.trace, null);
      if (subject === CONTROL.active && lie !== null && !HARMLESS.has(lie)) scene.looks.delete(run?.trace ?? '');
      if (subject === CONTROL.subscribe) judgeSubscribe(run, request);
    },
    onFile: (host, kind, path) => {
      if (!path.includes('/governor/')) return;
      orderedMs.set(`${host.name} ${path}`, now());
      const acknowledged = (['primary', 'backup'] as const).find((target) => path === governorFile('ack', target));
      if (kind === 'rename' && acknowledged !== undefined) {
        remediations.delete(`${host.name} ${acknowledged}`);
        latched.delete(`${host.name} ${acknowledged}`);
        acknowledgedMs.set(`${host.name} ${acknowledged}`, now());
      }
    },
    onEnd: (run, _exit, answer) => {
      const report = answer?.outcome?.report;
      if (run.act.what !== 'check' || run.isDryRun || report === undefined) return;
      const warnings = own(report, 'warnings');
      const isSpent = Array.isArray(warnings) && warnings.some((text) => SPENT.test(String(text)));
      if (isSpent && !((acknowledgedMs.get(nameOf(run)) ?? -1) >= run.sinceMs)) latched.add(nameOf(run));
      if (own(report, 'verdict') === 'unknown') return;
      const lists = ['missing_contracts', 'stalled_contracts'].map((key) => own(report, key));
      const bad = lists.reduce((sum: number, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
      const wallMs = hostOf(scene, run.act.host).wallMs();
      if (run.isHurt) lastDead.delete(nameOf(run));
      else lastDead.set(nameOf(run), { wallMs, isDead: bad > SYMBOLS.length / 2 });
    },
    onDeath: (run) => {
      lastDead.delete(nameOf(run));
    },
    onPowerLoss: (host) => {
      for (const name of [...lastDead.keys()]) if (name.startsWith(`${host.name} `)) lastDead.delete(name);
    },
  };
}
