// The frame around every command: configuration → lock → journal → flow → terminal record → telemetry → answer → exit code.

import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { Fault } from '../base/fault.ts';
import { loadPaint, PLAIN } from '../base/paint.ts';
import { listenForCancellation } from '../effects/cancellation.ts';
import { type Answer, printAnswer } from './answer.ts';
import { asFault } from './as-fault.ts';
import { loadCheckedConfig } from './checked-config.ts';
import type { Command } from './command.ts';
import type { Invocation } from './invocation.ts';
import { createRealEffects, type Effects } from './real-effects.ts';
import { runRecorded } from './recorded-run.ts';
import type { Program } from './run-request.ts';
import { wantsColor } from './wants-color.ts';

/** Never throws and never calls `process.exit` with output pending; the exit code is set when it resolves. */
export async function runCommand(command: Command, invocation: Invocation, program: Program): Promise<void> {
  // Until there is an answer: a program whose last timer has gone ends where it stands, and that is no success.
  process.exitCode = EXIT.bug;
  const effects = createRealEffects(command.traffic ?? 'one-shot');
  const answer = await runToAnswer(command, invocation, program, effects).catch((error: unknown) =>
    faultAnswer(asFault(error)),
  );
  const paint = wantsColor(invocation, effects) ? await loadPaint(true) : PLAIN;
  printAnswer(answer, effects.terminal, paint, invocation.on('json'));
  process.exitCode = await finalExit(answer, program);
  await effects.http.close();
  await effects.terminal.drained();
  // Whatever is still open may not keep a finished run alive, and taking the heap apart would cost what a journal does.
  process.exit();
}

/** The answer's exit code, or that of the command it hands over to. */
async function finalExit(answer: Answer, program: Program): Promise<ExitCode> {
  const next = answer.outcome?.handOver;
  if (next === undefined) return answer.exit;
  const { handOver } = await import('../effects/hand-over.ts');
  return handOver(`${program.directory}/${next.command}.js`, next);
}

async function runToAnswer(
  command: Command,
  invocation: Invocation,
  program: Program,
  effects: Effects,
): Promise<Answer> {
  const loaded = await loadCheckedConfig(effects, invocation, program);
  const onSignal = (name: string): void =>
    effects.terminal.err(`${name} received, ending in order; once more leaves at once\n`);
  const cancellation = listenForCancellation(loaded.config.run.timeoutMs, onSignal);
  try {
    return await runRecorded({ command, invocation, program, effects, loaded, cancellation });
  } finally {
    cancellation.dispose();
  }
}

function faultAnswer(fault: Fault): Answer {
  return { exit: fault.exit, outcome: null, fault, telemetryDegraded: [], run: null };
}
