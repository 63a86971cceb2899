// The commands as their files declare them.

import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Command } from '../../lib/run/command.ts';
import { bundleScript } from '../typescript.mjs';

/** Only declarations run: a flow is loaded when its command is. */
export async function readCommands(): Promise<Command[]> {
  const files = readdirSync('scripts').filter((name) => name.endsWith('.ts'));
  const declared = files.sort().map(async (file) => {
    const bundle = await bundleScript(`scripts/${file}`);
    const { command } = (await import(pathToFileURL(bundle).href)) as { command: Command };
    return command;
  });
  return Promise.all(declared);
}
