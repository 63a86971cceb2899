// The story on stderr: the same events as the log file, in words and colours for a person.

import { formatDuration } from '../base/duration.ts';
import type { Paint } from '../base/paint.ts';
import { sanitize } from '../base/sanitize.ts';
import type { Terminal } from '../effects/terminal.ts';
import { LOG_LEVELS, type LogLevel, type LogObserver } from '../services/log/log.ts';
import type { Progress } from './progress.ts';

const MARKS = {
  debug: (paint) => paint.faint('·'),
  info: (paint) => paint.accent('›'),
  warn: (paint) => paint.warn('!'),
  error: (paint) => paint.bad('✗'),
} satisfies Record<LogLevel, (paint: Paint) => string>;

/** Events that the answer itself repeats. */
const UNTOLD: ReadonlySet<string> = new Set([
  'run_started',
  'run_finished',
  'config_loaded',
  'metrics_pushed',
  'telemetry_degraded',
  'notification_failed',
  'breaker_changed',
  'step_started',
  'health_checked',
  'automation_changed',
]);

export function createStory(terminal: Terminal, paint: Paint, progress: Progress, least: LogLevel): LogObserver {
  const leastIndex = LOG_LEVELS.indexOf(least);
  return (record) => {
    if (LOG_LEVELS.indexOf(record.level) < leastIndex) return;
    if (record.level === 'info' && UNTOLD.has(record.event)) return;
    // The flow tells of all of them, and of what ended them.
    if (record.extra['one_of_many'] === true && least !== 'debug') return;
    const took = record.duration_ms === undefined ? '' : paint.faint(` (${formatDuration(record.duration_ms)})`);
    progress.clear();
    terminal.err(
      `${paint.faint(record.ts.slice(11, 19))} ${MARKS[record.level](paint)} ${sanitize(record.message)}${took}\n`,
    );
  };
}
