// Finds the programs of the stack: Debian and upstream name them differently.

import { join } from 'node:path';
import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import type { ComponentName, StackContext } from './stack-context.ts';

export const PROGRAMS: Readonly<Record<Exclude<ComponentName, 'receivers'>, readonly string[]>> = {
  pushgateway: ['prometheus-pushgateway', 'pushgateway'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  prometheus: ['prometheus'],
  'node-exporter': ['prometheus-node-exporter', 'node_exporter'],
  'blackbox-exporter': ['prometheus-blackbox-exporter', 'blackbox_exporter'],
};

type Search = Pick<StackContext, 'files' | 'environment'>;

/** Null when none of its names is on PATH. */
export async function findProgram({ files, environment }: Search, name: keyof typeof PROGRAMS): Promise<string | null> {
  const folders = (environment.get('PATH') ?? '').split(':').filter((folder) => folder !== '');
  for (const program of PROGRAMS[name]) {
    for (const folder of folders) {
      const path = join(folder, program);
      if ((await files.info(path)) !== null) return path;
    }
  }
  return null;
}

export async function needProgram(search: Search, name: keyof typeof PROGRAMS): Promise<string> {
  const found = await findProgram(search, name);
  if (found !== null) return found;
  throw new Fault('stack program missing', `Cannot start the stack: ${PROGRAMS[name].join(' or ')} is not on PATH`, {
    exit: EXIT.unavailable,
    hint: 'Debian: apt-get install prometheus prometheus-pushgateway prometheus-alertmanager',
  });
}
