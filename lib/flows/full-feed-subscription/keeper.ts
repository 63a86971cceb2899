// Where artifacts go. In a dry run nowhere: nothing was sent that could be told of.

import { EXIT } from '../../base/exit-codes.ts';
import { describeError, Fault } from '../../base/fault.ts';
import type { Context } from '../../run/context.ts';

export interface Keeper {
  /** Throws: resuming depends on it. */
  mustKeep(folder: string, name: string, text: string): Promise<void>;
  /** The path, or null when it cannot be written: said, and the work goes on. */
  keep(folder: string, name: string, value: object): Promise<string | null>;
}

const MODE = 0o640;

export function createKeeper(ctx: Pick<Context, 'files' | 'log'>): Keeper {
  const write = async (folder: string, name: string, text: string): Promise<string> => {
    const path = `${folder}/${name}`;
    await ctx.files.makeDirectory(folder);
    await ctx.files.replace(path, text, { mode: MODE });
    return path;
  };
  return {
    mustKeep: async (folder, name, text) => {
      try {
        await write(folder, name, text);
      } catch (error) {
        throw new Fault('plan not written', `Cannot write "${folder}/${name}": ${describeError(error)}`, {
          exit: EXIT.stateNotWritten,
          hint: 'make room there, or give --output-dir DIR',
          cause: error,
        });
      }
    },
    keep: async (folder, name, value) => {
      try {
        return await write(folder, name, `${JSON.stringify(value, null, 2)}\n`);
      } catch (error) {
        ctx.log.event('message', `Cannot write "${folder}/${name}": ${describeError(error)}`, { level: 'error' });
        return null;
      }
    },
  };
}

export const KEEPS_NOTHING: Keeper = {
  mustKeep: async () => {},
  keep: async () => null,
};
