// The driver of each kind of component.

import type { Context } from '../../../run/context.ts';
import type { Component, Fillings, Variables } from '../component.ts';
import { ARGV } from './argv-table.ts';
import { createCommandDriver } from './command-driver.ts';
import type { Driver } from './driver.ts';
import { createManagedDriver } from './managed-driver.ts';
import { createProcessDriver } from './process-driver.ts';

type Ctx = Pick<Context, 'processes' | 'documents' | 'files' | 'config' | 'random'>;

export type Drivers = Readonly<Record<Component['driver'], Driver>>;

export function createDrivers(ctx: Ctx, fillings: Fillings, variables: Variables): Drivers {
  return {
    process: createProcessDriver(ctx, fillings, variables),
    systemd: createManagedDriver(ctx, ARGV.systemd, variables),
    compose: createManagedDriver(ctx, ARGV.compose, variables),
    kubernetes: createManagedDriver(ctx, ARGV.kubernetes, variables),
    command: createCommandDriver(ctx, fillings, variables),
  };
}
