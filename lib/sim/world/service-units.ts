// The service manager of a host, as systemctl shows it: jobs go on whoever asked for them, a stop cancels a start.

import type { Conduct, ProcessTable, SimProcess } from './process-table.ts';
import type { StepAnswer } from './processes.ts';
import type { Scheduler } from './scheduler.ts';

type UnitState = 'inactive' | 'activating' | 'active' | 'deactivating' | 'failed';

interface Unit {
  state: UnitState;
  process: SimProcess | null;
  /** Who waits for the job that is under way. */
  waiting: ((answer: StepAnswer) => void)[];
}

export interface ServiceUnits {
  /** `systemctl start|stop|is-active -- UNIT`. */
  tell(verb: string, unit: string, done: (answer: StepAnswer) => void): void;
  /** Nothing is enabled at boot. */
  reboot(): void;
}

export interface ServiceUnitsSetup {
  readonly scheduler: Scheduler;
  readonly table: ProcessTable;
  readonly conductOf: (unit: string) => Conduct | null;
  /** `Type=notify`: a start is over when the service says that it is ready. */
  readonly notifies: (unit: string) => boolean;
  readonly stopTimeoutMs: number;
}

const ANSWER_MS = 5;

export function createServiceUnits(setup: ServiceUnitsSetup): ServiceUnits {
  const { scheduler, table, conductOf, notifies, stopTimeoutMs } = setup;
  const units = new Map<string, Unit>();
  let boots = 1;
  const unitOf = (name: string): Unit => {
    const unit = units.get(name) ?? { state: 'inactive', process: null, waiting: [] };
    units.set(name, unit);
    return unit;
  };
  /** Whoever waits for the job that led there hears of it. */
  const enter = (unit: Unit, state: UnitState, exitCode: number): void => {
    unit.state = state;
    for (const answer of unit.waiting.splice(0)) answer({ exitCode });
  };

  const start = (name: string, unit: Unit): void => {
    if (unit.state === 'active') enter(unit, 'active', 0);
    // A start waits for the stop that is under way.
    else if (unit.state === 'deactivating') scheduler.after(50, () => start(name, unit));
    else if (unit.state !== 'activating') launch(name, unit);
  };
  const launch = (name: string, unit: Unit): void => {
    const conduct = conductOf(name);
    if (conduct === null) {
      enter(unit, 'failed', 1);
      return;
    }
    unit.process = table.spawn([name], `unit ${name};`, conduct);
    unit.state = 'activating';
    if (!notifies(name)) enter(unit, 'active', 0);
    watch(unit, unit.process);
  };
  /** Follows a service to its end. */
  const watch = (unit: Unit, process: SimProcess): void => {
    if (unit.process !== process) return;
    if (!process.isAlive) {
      unit.process = null;
      const wasStopped = unit.state === 'deactivating';
      // What it leaves behind goes with its control group.
      for (const left of table.carrying(process.mark)) table.kill(left);
      enter(unit, wasStopped || process.exitCode === 0 ? 'inactive' : 'failed', wasStopped ? 0 : 1);
      return;
    }
    if (unit.state === 'activating' && table.isReady(process)) enter(unit, 'active', 0);
    scheduler.after(20, () => watch(unit, process));
  };
  const stop = (unit: Unit): void => {
    const { process } = unit;
    if (unit.state === 'deactivating') return;
    if (process === null) {
      enter(unit, unit.state === 'failed' ? 'failed' : 'inactive', 0);
      return;
    }
    // Whoever waited for the start hears that it was cancelled.
    const asked = unit.waiting.pop()!;
    enter(unit, 'deactivating', 1);
    unit.waiting.push(asked);
    table.terminate(process);
    scheduler.after(stopTimeoutMs, () => table.kill(process));
  };

  return {
    tell: (verb, name, done) => {
      const asked = boots;
      scheduler.after(ANSWER_MS, () => {
        if (asked !== boots) return;
        const unit = unitOf(name);
        if (verb === 'is-active') {
          done({ exitCode: unit.state === 'active' ? 0 : 3, stdout: `${unit.state}\n` });
          return;
        }
        unit.waiting.push(done);
        if (verb === 'start') start(name, unit);
        else stop(unit);
      });
    },
    reboot: () => {
      boots += 1;
      units.clear();
    },
  };
}
