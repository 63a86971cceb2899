// What a probe will do, target by target: flags over configuration, every mistake told before anything is sent.

import { formatDuration } from '../../base/duration.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { nearest } from '../../base/nearest.ts';
import { type Objective, parseObjectives } from '../../domain/probe/objectives.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { ProbeTarget } from '../../services/config/config.ts';

export interface ProbePlan {
  readonly name: string;
  readonly target: ProbeTarget;
  /** Arrivals a second. */
  readonly rate: number;
  readonly arrivals: number;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly objectives: readonly Objective[];
  /** What the answer must match, beside its status. */
  readonly pattern: RegExp | null;
}

// Every latency is kept: a million take 16 MB.
const MOST_ARRIVALS = 1_000_000;
// More is a load test, and somebody should mean it.
const MANY_A_SECOND = 50;
const MANY_ARRIVALS = 10_000;

export function planProbes(ctx: Pick<Context, 'config'>, invocation: Invocation): readonly ProbePlan[] {
  const { probes } = ctx.config;
  if (probes.size === 0) {
    throw new Fault('no probe target', 'Cannot probe: the configuration has no targets', {
      exit: EXIT.config,
      hint: 'add one under "probes" to config/environments/<profile>.yaml',
    });
  }
  const named = invocation.texts('target');
  const names = named.length === 0 ? [...probes.keys()] : [...new Set(named)];
  return names.map((name) => planOne(name, findTarget(name, probes), invocation));
}

/** A rate that may hurt somebody wants a yes. */
export async function agreeToLoad({ person }: Pick<Context, 'person'>, plans: readonly ProbePlan[]): Promise<void> {
  for (const { name, rate, arrivals, durationMs } of plans) {
    if (rate <= MANY_A_SECOND && arrivals <= MANY_ARRIVALS) continue;
    const load = `${arrivals} requests at ${rate}/s for ${formatDuration(durationMs)}`;
    await person.confirm({ action: `Send ${load} to "${name}"`, flag: '--yes' });
  }
}

/** The address without its query, which may carry what nobody should read. */
export function addressOf({ target }: ProbePlan): string {
  if (target.kind === 'control-plane') {
    const subject = target.ask === 'active' ? 'md.subscriptions.active' : 'md.contracts.list';
    return target.url === undefined ? subject : `${subject} at ${target.url}`;
  }
  return `${target.method} ${target.url.replace(/[?#].*$/s, '')}`;
}

export function planDocument(plan: ProbePlan): JsonObject {
  const { name, target, rate, arrivals, durationMs, timeoutMs, objectives } = plan;
  return {
    target: name,
    kind: target.kind,
    address: addressOf(plan),
    rate,
    arrivals,
    duration_ms: durationMs,
    timeout_ms: timeoutMs,
    objectives: objectives.map(({ text }) => text),
  };
}

/** What is wrong with configured targets, whichever of them is probed. */
export function probeMistakes(probes: ReadonlyMap<string, ProbeTarget>): readonly string[] {
  return [...probes].flatMap(([name, target]) => {
    const reads = [() => readObjectives(name, target, target.rate, undefined), () => readPattern(name, target)];
    return reads.flatMap((read) => {
      try {
        read();
        return [];
      } catch (error) {
        return [describeError(error)];
      }
    });
  });
}

function findTarget(name: string, probes: ReadonlyMap<string, ProbeTarget>): ProbeTarget {
  const found = probes.get(name);
  if (found !== undefined) return found;
  const near = nearest(name, [...probes.keys()]);
  const suggestion = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new Fault('usage', `There is no probe target "${name}"${suggestion}`, {
    exit: EXIT.usage,
    hint: `configured are: ${[...probes.keys()].join(', ')}`,
  });
}

function planOne(name: string, target: ProbeTarget, invocation: Invocation): ProbePlan {
  const rate = invocation.number('rate') ?? target.rate;
  const durationMs = invocation.number('duration') ?? target.durationMs;
  const arrivals = Math.max(1, Math.round((rate * durationMs) / 1_000));
  if (arrivals > MOST_ARRIVALS) {
    throw new Fault('usage', `${rate}/s for ${formatDuration(durationMs)} are ${arrivals} arrivals, too many`, {
      exit: EXIT.usage,
      hint: `one probe keeps the latencies of at most ${MOST_ARRIVALS}`,
    });
  }
  return {
    name,
    target,
    rate,
    arrivals,
    durationMs,
    timeoutMs: target.timeoutMs,
    objectives: readObjectives(name, target, rate, invocation.text('slo')),
    pattern: readPattern(name, target),
  };
}

function readObjectives(
  name: string,
  target: ProbeTarget,
  rate: number,
  typed: string | undefined,
): readonly Objective[] {
  const refuse = (problem: string): Fault =>
    typed === undefined
      ? new Fault('probe target invalid', `Cannot read probes.${name}.slo: ${problem}`, {
          exit: EXIT.config,
          hint: 'mdops config check',
        })
      : new Fault('usage', `Cannot read --slo: ${problem}`, { exit: EXIT.usage, hint: 'mdops probe --help' });
  const parsed = parseObjectives(typed ?? target.slo);
  if (!parsed.ok) throw refuse(parsed.problem);
  const beyond = parsed.objectives.find((one) => one.name === 'rate' && one.bound > rate);
  if (beyond !== undefined) throw refuse(`"${beyond.text}" can never be met by ${rate} arrivals a second`);
  return parsed.objectives;
}

function readPattern(name: string, target: ProbeTarget): RegExp | null {
  if (target.kind !== 'http' || target.bodyMatches === undefined) return null;
  try {
    return new RegExp(target.bodyMatches, 'u');
  } catch {
    throw new Fault('probe target invalid', `probes.${name}.body_matches is no pattern`, {
      exit: EXIT.config,
      hint: 'write a regular expression; a backslash before . [ ( { + * ? | ^ $ takes their meaning away',
    });
  }
}
