// The driver of each kind of component, and their dry-run stand-ins.

import type { Context } from '../../../run/context.ts';
import { type Component, type Fillings, fillingsOf, type Variables } from '../component.ts';
import { ARGV } from './argv-table.ts';
import { createCommandDriver } from './command-driver.ts';
import type { Driver } from './driver.ts';
import { createManagedDriver } from './managed-driver.ts';
import { createProcessDriver } from './process-driver.ts';

type Ctx = Pick<Context, 'processes' | 'clock' | 'documents' | 'files' | 'config' | 'programDirectory' | 'run'>;

export type Drivers = Readonly<Record<Component['driver'], Driver>>;

export function createDrivers(ctx: Ctx, variables: Variables): Drivers {
  const fillings: Fillings = fillingsOf(ctx);
  const drivers = {
    process: createProcessDriver(ctx, fillings, variables),
    systemd: createManagedDriver(ctx, ARGV.systemd),
    compose: createManagedDriver(ctx, ARGV.compose),
    kubernetes: createManagedDriver(ctx, ARGV.kubernetes),
    command: createCommandDriver(ctx, fillings, variables),
  } satisfies Drivers;
  return ctx.run.isDryRun ? onlyLooking(drivers) : drivers;
}

/** Looks for real and changes nothing. */
function onlyLooking(drivers: Drivers): Drivers {
  const still = (driver: Driver): Driver => ({
    ...driver,
    start: async () => ({ ok: true }),
    stop: async () => ({ ok: true }),
  });
  return {
    process: still(drivers.process),
    systemd: still(drivers.systemd),
    compose: still(drivers.compose),
    kubernetes: still(drivers.kubernetes),
    command: still(drivers.command),
  };
}
