// The demo's own place: directory, free ports, an environment file of its own. Nothing is written elsewhere.

import { join } from 'node:path';
import type { Context } from '../../run/context.ts';
import { homeDirectory } from '../rules/platforms.ts';
import { pickPort } from '../stack/ports.ts';
import type { StackContext } from '../stack/stack-context.ts';

export type DemoContext = StackContext & Pick<Context, 'log' | 'person' | 'run'>;

export interface Place {
  readonly directory: string;
  /** Base addresses of the embedded environment's parts. */
  readonly urls: Readonly<Record<Part, string>>;
}

// In the order of their ports in config/environments/sim.yaml.
const PARTS = ['controlPlane', 'primary', 'backup', 'worker', 'pricing', 'risk'] as const;
type Part = (typeof PARTS)[number];
const FIRST_PORT = 17_401;

export function demoDirectory({ config }: Pick<DemoContext, 'config'>): string {
  return join(config.paths.stateDir, 'demo');
}

export async function preparePlace(ctx: DemoContext): Promise<Place> {
  const directory = demoDirectory(ctx);
  const home = await homeDirectory(ctx);
  const taken = new Set<number>();
  let environment = await ctx.files.readText(join(home, 'config/environments/sim.yaml'));
  const urls: Partial<Record<Part, string>> = {};
  for (const [index, part] of PARTS.entries()) {
    // Never the usual ones: they are taken only seconds later, and a second demo would find them free until then.
    const port = await pickPort(ctx, undefined, taken);
    environment = environment.replaceAll(String(FIRST_PORT + index), String(port));
    urls[part] = `http://127.0.0.1:${port}`;
  }
  await ctx.files.makeDirectory(join(directory, 'config/environments'));
  const write = (path: string, text: string): Promise<void> =>
    ctx.files.replace(join(directory, 'config', path), text, { durable: false });
  await write('environments/sim.yaml', environment);
  await write('mdops.yaml', 'profile: sim\n');
  return { directory, urls: urls as Record<Part, string> };
}
