// Runs a shipped command through the shipped frame, as a program of a simulated world.

import type { ExitCode } from '../../../lib/base/exit-codes.ts';
import type { Cancellation } from '../../../lib/effects/cancellation.ts';
import type { Answer } from '../../../lib/run/answer.ts';
import type { Command } from '../../../lib/run/command.ts';
import { parseInvocation } from '../../../lib/run/parse.ts';
import { runRecorded } from '../../../lib/run/recorded-run.ts';
import { loadConfig } from '../../../lib/services/config/load.ts';
import type { LoadedConfig } from '../../../lib/services/config/loaded.ts';
import type { Program } from '../../../lib/sim/world/program.ts';
import { createWorld } from './world.ts';

export interface Played {
  readonly program: Program;
  /** Null until it has ended, and for ever when it died. */
  answer: Answer | null;
  /** Threw past the frame: never right. */
  failure: unknown;
  readonly cancel: (reason: unknown) => void;
}

export function runCommand(
  program: Program,
  command: Command,
  argv: readonly string[],
  loaded: LoadedConfig,
  onEnd: (exit: ExitCode, played: Played) => void,
): Played {
  const controller = new AbortController();
  const played: Played = { program, answer: null, failure: null, cancel: (reason) => controller.abort(reason) };
  const request = {
    command,
    invocation: parseInvocation(command, argv),
    program: { version: '0.0.0', edition: '', directory: '/opt/mdops/dist' },
    effects: program.effects,
    loaded,
    cancellation: cancellationBy(controller.signal),
  };
  runRecorded(request).then(
    (answer) => {
      // A dead program says nothing, whatever its promises do.
      if (!program.gate.isAlive) return;
      played.answer = answer;
      program.end();
      onEnd(answer.exit, played);
    },
    (error: unknown) => {
      if (!program.gate.isAlive) return;
      played.failure = error;
      program.end();
      onEnd(-1, played);
    },
  );
  return played;
}

function cancellationBy(signal: AbortSignal): Cancellation {
  return {
    get reason() {
      return signal.aborted ? (signal.reason as Error) : null;
    },
    signal,
    onCancel: (listener) => {
      signal.addEventListener('abort', listener, { once: true });
      return () => signal.removeEventListener('abort', listener);
    },
    disarmDeadline: () => {},
    dispose: () => {},
  };
}

const LONGEST_LOAD_MS = 20_000;

/** The configuration of a world, read once: worlds differ in what happens, not in what is configured. */
export async function configOf(yaml: string, env: Readonly<Record<string, string>> = {}): Promise<LoadedConfig> {
  const world = createWorld({ seed: 0 });
  const host = world.addHost('config');
  host.disk.makeDirectory('/srv/config');
  host.disk.open('/srv/config/mdops.yaml', false).append(Buffer.from(yaml));
  const { effects } = world.start({ name: 'reader', host: 'config', operator: 'nobody', env });
  const loading = loadConfig({ files: effects.files, environment: effects.environment, flags: {}, keepCache: false });
  let loaded: LoadedConfig | null = null;
  loading.then((found) => {
    loaded = found;
  });
  // Packages load in real time.
  for (const lastMs = performance.now() + LONGEST_LOAD_MS; loaded === null; ) {
    if (performance.now() > lastMs) throw new Error('the configuration does not load');
    await realTurn();
    await world.run(Number.POSITIVE_INFINITY);
  }
  const { diagnostics } = await loading;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(`the world's configuration is wrong: ${JSON.stringify(errors)}`);
  return loading;
}

/** One turn of the real event loop, in which modules load: a world itself takes none. */
export function realTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
