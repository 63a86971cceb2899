// Calls of docker and kubectl, and what to do when there is nothing behind them.

import { EXIT } from '../../../base/exit-codes.ts';
import { Fault } from '../../../base/fault.ts';
import type { ProcessResult } from '../../../effects/processes.ts';
import { lastLines, whyNot } from '../../start-live-env/drivers/process-answer.ts';
import type { StackContext } from '../stack-context.ts';

export type Keeper = 'docker' | 'kubectl';

export interface Call {
  readonly argv: readonly [Keeper, ...string[]];
  readonly timeoutMs: number;
  /** What it was for: `start the stack`. */
  readonly purpose: string;
  readonly isProbe?: boolean;
}

// Documents or a list of many parts.
const KEEP_BYTES = 1024 * 1024;
// Where the engine or the cluster is: the environment of the person, nothing else of it.
const VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'KUBECONFIG',
];

/** Throws unless it ended well. */
export async function callKeeper(ctx: StackContext, call: Call): Promise<string> {
  const { argv, timeoutMs, isProbe } = call;
  const env = Object.fromEntries(VARIABLES.flatMap((name) => [[name, ctx.environment.get(name)]]).filter(isSet));
  const result = await ctx.processes.run({
    argv,
    env,
    timeoutMs,
    keepBytes: KEEP_BYTES,
    signal: ctx.signal,
    ...(isProbe === undefined ? {} : { isProbe }),
  });
  ctx.signal.throwIfAborted();
  if (result.ok) return `${result.stdout.head}${result.stdout.tail}`;
  throw faultOf(call, result);
}

function isSet(entry: readonly (string | undefined)[]): entry is [string, string] {
  return entry[1] !== undefined;
}

interface Nothing {
  readonly pattern: RegExp;
  readonly says: string;
  readonly hint: string;
}

const NOTHING_BEHIND: Readonly<Record<Keeper, readonly Nothing[]>> = {
  docker: [
    {
      pattern: /permission denied while trying to connect|dial unix [^:]*: connect: permission denied/i,
      says: 'this user may not talk to the engine',
      hint: 'add the user to the group docker, or use a rootless engine (DOCKER_HOST)',
    },
    {
      pattern: /cannot connect to the docker daemon|is the docker daemon running|error during connect/i,
      says: 'no engine answers',
      hint: 'start it ("systemctl start docker"), set DOCKER_HOST, or use --driver native',
    },
    {
      pattern: /is not a docker command|unknown command: docker compose|unknown (?:shorthand )?flag/i,
      says: 'this docker has no Compose v2',
      hint: 'install the plugin (Debian: docker-compose; others: docker-compose-plugin), or use --driver native',
    },
  ],
  kubectl: [
    {
      pattern:
        /connection to the server .* was refused|connect: connection refused|unable to connect to the server|no such host|i\/o timeout/i,
      says: 'no cluster answers',
      hint: 'is it the right context? "kubectl config get-contexts"; name it with --context',
    },
    {
      pattern: /context .* does not exist|no configuration has been provided|current-context is not set/i,
      says: 'no cluster is configured',
      hint: 'set KUBECONFIG, or name a context with --context',
    },
  ],
};

function faultOf({ argv, purpose }: Call, result: ProcessResult): Fault {
  const [keeper] = argv;
  const said = lastLines(result);
  if (result.exitCode === 127 || result.exitCode === 126) {
    return new Fault('keeper not installed', `Cannot ${purpose}: ${whyNot(keeper, result)}`, {
      exit: EXIT.unavailable,
      hint: `install ${keeper === 'docker' ? 'Docker with Compose v2' : 'kubectl'}, or use --driver native`,
    });
  }
  const nothing = NOTHING_BEHIND[keeper].find(({ pattern }) => pattern.test(said.join('\n')));
  if (nothing !== undefined) {
    return new Fault('keeper not reachable', `Cannot ${purpose}: ${nothing.says}`, {
      exit: EXIT.unavailable,
      hint: nothing.hint,
      facts: { said },
    });
  }
  const last = said.at(-1);
  return new Fault('keeper refused', `Cannot ${purpose}: ${last ?? whyNot(keeper, result)}`, {
    exit: EXIT.critical,
    hint: `try it by hand: ${argv.join(' ')}`,
    facts: { said },
  });
}
