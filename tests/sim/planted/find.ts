// Plants a bug and looks for it: the first seed that breaks an invariant, within a thousand.

import { spawn } from 'node:child_process';
import { buildSimulator } from './build.ts';
import type { PlantedBug } from './planted-bug.ts';

export const SEEDS_FOR_A_BUG = 1_000;

export interface Sought {
  readonly played: number;
  readonly seconds: number;
  readonly findings: readonly { readonly seed: number; readonly invariant: string; readonly detail: string }[];
}

export async function seekBug(bug: PlantedBug): Promise<Sought> {
  const program = await buildSimulator(bug, programName(bug));
  return simulate(program, ['--world', bug.world, '--seeds', String(SEEDS_FOR_A_BUG), '--most', '1', '--jobs', '1']);
}

/** First failing seed and invariant, or that it survived: one line of a table. */
export function describeSought(bug: PlantedBug, { findings, played }: Sought): string {
  const [first] = findings;
  const found =
    first === undefined ? `SURVIVED ${played} seeds` : `seed ${String(first.seed).padEnd(4)} "${first.invariant}"`;
  return `${bug.world.padEnd(10)} ${bug.name.padEnd(54)} ${found}`;
}

/** Found, and by the name of an invariant that the bug is known to break. */
export function isFound(bug: PlantedBug, { findings }: Sought): boolean {
  const [first] = findings;
  return first !== undefined && bug.breaks.includes(first.invariant);
}

export function programName({ world, name }: Pick<PlantedBug, 'world' | 'name'>): string {
  return `planted-${world}-${name.replaceAll(/[^a-z]+/gi, '-')}`;
}

/** Runs a built simulator and reads what it found. */
export function simulate<T = Sought>(program: string, args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', () => {
      try {
        resolve(JSON.parse(text) as T);
      } catch {
        reject(new Error(`the simulator said: ${text.slice(0, 500)}`));
      }
    });
  });
}
