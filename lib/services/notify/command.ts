// A command of the operator's own: arguments with placeholders, the notification as JSON on stdin, never a shell.

import { fillPlaceholders, splitArguments } from '../../base/argument-list.ts';
import { DELIVERED, type Delivery } from '../../base/delivery.ts';
import { oneLine } from '../../base/sanitize.ts';
import type { Processes } from '../../effects/processes.ts';
import type { Notification, Sender } from './notification.ts';

export interface CommandOptions {
  readonly processes: Processes;
  readonly method: 'command' | 'escalation';
  /** As configured: `notify-desk --level {severity} {title}`. */
  readonly line: string;
  /** Beyond those of the notification and its facts: `marker`. */
  readonly placeholders?: Readonly<Record<string, string>>;
}

// sysexits: try again later.
const TEMPORARY = 75;
const GRACE_MS = 500;

export function createCommandSender({ processes, method, line, placeholders = {} }: CommandOptions): Sender {
  return {
    method,
    send: async (notification, { timeoutMs, signal }) => {
      const template = splitArguments(line);
      if (template === null) return mistake('its command line is empty or has an open quote');
      const argv = fillPlaceholders(template, { ...valuesOf(notification), ...placeholders });
      if (argv === null) return mistake('a value would be read as an option; put it behind a word of its own');
      const result = await processes.run({
        argv: argv as [string, ...string[]],
        input: `${JSON.stringify(notification)}\n`,
        timeoutMs,
        graceMs: GRACE_MS,
        ...(signal === undefined ? {} : { signal }),
      });
      if (result.ok) return DELIVERED;
      const words = oneLine(result.stderr.head || result.stdout.head, 200);
      const how =
        result.failure ?? (result.timedOut ? 'it took too long' : `it ended with ${result.exitCode ?? result.signal}`);
      return {
        ok: false,
        retryable: result.timedOut || result.cancelled || result.exitCode === TEMPORARY,
        code: result.timedOut ? 'command timed out' : 'command failed',
        reason: `Cannot notify by command "${argv[0]}": ${how}${words === '' ? '' : `: ${words}`}`,
      };
    },
  };
}

/** Facts named like placeholders (`exit_code`, `missing`) can be used as such. */
function valuesOf({ action, key, severity, title, source, facts }: Notification): Record<string, string> {
  return { ...facts, action, key, severity, title, source };
}

function mistake(reason: string): Delivery {
  return { ok: false, retryable: false, code: 'command misconfigured', reason: `Cannot notify by command: ${reason}` };
}
