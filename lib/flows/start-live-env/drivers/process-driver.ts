// Components that are plain processes of ours: started detached, remembered on disk, known again after a crash.

import { describeError } from '../../../base/fault.ts';
import { isRecord, type Json } from '../../../base/json.ts';
import type { DetachedProcess } from '../../../effects/processes.ts';
import type { Context } from '../../../run/context.ts';
import { type Component, type Fillings, fill, type Variables, variablesFor } from '../component.ts';
import type { Driver } from './driver.ts';
import { tailOf } from './process-answer.ts';

type Ctx = Pick<Context, 'processes' | 'documents' | 'files' | 'config' | 'random'>;
type ProcessComponent = Extract<Component, { readonly driver: 'process' }>;

export function createProcessDriver(ctx: Ctx, fillings: Fillings, variables: Variables): Driver {
  const { processes, documents, files, config } = ctx;
  const documentOf = ({ name }: Component): string => `components/${config.profile}/${name}`;
  const logDirectory = `${config.paths.stateDir}/components/${config.profile}`;
  const logOf = ({ name }: Component): string => `${logDirectory}/${name}.log`;

  async function find(component: Component): Promise<DetachedProcess | null> {
    const process = asProcess(await documents.read(documentOf(component)));
    return process !== null && (await processes.isAlive(process)) ? process : null;
  }

  /** The mark of a start that nobody wrote down the end of, or of one whose main process is no more; else null. */
  async function findLeft(component: Component): Promise<string | null> {
    const data = await documents.read(documentOf(component));
    const known = asProcess(data);
    if (known === null) return asUnfinished(data);
    // What it forked may go on without it, and would answer in the place of the next start.
    return known.mark === undefined || (await processes.isAlive(known)) ? null : known.mark;
  }

  return {
    lookEveryMs: 0,
    look: async (component) => ((await find(component)) === null ? 'stopped' : 'running'),
    settle: async (component) => {
      const mark = await findLeft(component);
      if (mark === null) return;
      await processes.endLeftovers(mark, component.stopTimeoutMs);
      await documents.remove(documentOf(component));
    },
    start: async (component) => {
      const { start, workDir } = component as ProcessComponent;
      const argv = fill(start, fillings) as [string, ...string[]];
      try {
        await files.makeDirectory(logDirectory);
        // Only this start's output explains this start's failure.
        await files.remove(logOf(component));
        // Before the process exists: from here on it can be found, whenever this run dies.
        const mark = `${ctx.random.hex(8)};`;
        await documents.write(documentOf(component), { mark });
        const env = variablesFor(component, variables);
        const process = await processes.spawnDetached({
          argv,
          env,
          logFile: logOf(component),
          mark,
          ...(workDir === undefined ? {} : { cwd: workDir }),
        });
        await documents.write(documentOf(component), { ...process });
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: describeError(error), output: [] };
      }
    },
    stop: async (component) => {
      // Also when its main process has just ended: what it forked carries its mark.
      const process = asProcess(await documents.read(documentOf(component)));
      if (process !== null && !(await processes.stop(process, component.stopTimeoutMs))) {
        return { ok: false, reason: 'could not be ended', output: await tail(component) };
      }
      await documents.remove(documentOf(component));
      return { ok: true };
    },
    lastOutput: tail,
  };

  async function tail(component: Component): Promise<readonly string[]> {
    const bytes = await files.readBytes(logOf(component)).catch(() => new Uint8Array());
    return tailOf(new TextDecoder().decode(bytes.slice(-16_384)));
  }
}

function asUnfinished(data: Json | null): string | null {
  return isRecord(data) && data['pid'] === undefined && typeof data['mark'] === 'string' ? data['mark'] : null;
}

function asProcess(data: Json | null): DetachedProcess | null {
  if (!isRecord(data)) return null;
  const { pid, startedTicks, mark } = data;
  if (typeof pid !== 'number' || typeof startedTicks !== 'number') return null;
  return { pid, startedTicks, ...(typeof mark === 'string' ? { mark } : {}) };
}
