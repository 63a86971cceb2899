// Another program takes over this terminal: same stdin, stdout and stderr; its end is ours.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** The exit code, 128+n for signal n. Signals of the terminal reach both; those sent to us are passed on. */
export function handOver(
  file: string,
  { argv, env, cwd }: { readonly argv: readonly string[]; readonly env: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    // Node looks for its own --env-file behind the program, too, and leaves with 9 when that is missing: not behind "--".
    const options = { stdio: 'inherit', env: { ...process.env, ...env }, cwd } as const;
    const child = spawn(process.execPath, ['--', file, ...argv], options);
    const pass = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    const ignore = (): void => {};
    process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', ignore);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', ignore);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
