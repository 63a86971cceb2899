// What all verbs share: the chosen components with their drivers, and the words of the profile they belong to.

import { EXIT } from '../../base/exit-codes.ts';
import { Fault } from '../../base/fault.ts';
import { type LeftOut, selectComponents } from '../../domain/components/selection.ts';
import type { Context } from '../../run/context.ts';
import type { Invocation } from '../../run/invocation.ts';
import type { RouteName } from '../../services/config/config.ts';
import { type Component, type Fillings, fillingsOf } from './component.ts';
import { createDrivers, type Drivers } from './drivers/create-drivers.ts';
import { createProof, type Proof } from './proof.ts';
import { readVariables } from './variables.ts';

export interface LiveEnvironment {
  readonly profile: string;
  readonly all: ReadonlyMap<string, Component>;
  readonly drivers: Drivers;
  readonly fillings: Fillings;
  readonly proof: Proof;
  /** The same, with this route in the words of its components: the one that was decided on, not the configured one. */
  onRoute(route: RouteName): LiveEnvironment;
}

export interface Chosen {
  readonly route: RouteName;
  readonly components: ReadonlyMap<string, Component>;
  readonly leftOut: readonly LeftOut[];
}

export async function openEnvironment(ctx: Context, invocation: Invocation): Promise<LiveEnvironment> {
  const { config } = ctx;
  if (config.components.size === 0) {
    throw new Fault('environment empty', `The environment "${config.profile}" has no components`, {
      exit: EXIT.config,
      hint: `define them under "components:" in config/environments/${config.profile}.yaml`,
    });
  }
  const all = new Map([...config.components].map(([name, component]) => [name, { ...component, name } as Component]));
  const variables = await readVariables(ctx, invocation);
  const onRoute = (route: RouteName): LiveEnvironment => {
    const fillings = fillingsOf(ctx, route);
    const drivers = createDrivers(ctx, fillings, variables);
    return { profile: config.profile, all, drivers, fillings, proof: createProof(ctx, drivers, fillings), onRoute };
  };
  return onRoute(config.feeds.active);
}

export function chooseRoute(ctx: Context, environment: LiveEnvironment, route: RouteName, skipLive: boolean): Chosen {
  const other = route === 'primary' ? ctx.config.feeds.backup : ctx.config.feeds.primary;
  const { chosen, leftOut } = selectComponents(environment.all, { otherRoute: other.components, skipLive });
  return { route, components: chosen, leftOut };
}

export function isWithoutExchange({ leftOut }: Chosen): boolean {
  return leftOut.some(({ reason }) => reason === 'needs the exchange');
}
