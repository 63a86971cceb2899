// The subjects of a live environment's control plane: NATS subjects, and paths under `POST /control/`.

export const CONTROL = {
  contracts: 'md.contracts.list',
  active: 'md.subscriptions.active',
  subscribe: 'md.subscribe.bulk',
  /** Asked of a route: its state, and a role for it, fenced by an epoch. */
  routeState: 'md.route.state',
  routeRole: 'md.route.role',
  /** Asked of the switch: whom consumers follow, and another route for them, compared and set by epoch. */
  switchState: 'md.route.status',
  switchPromote: 'md.route.promote',
  switchDemote: 'md.route.demote',
} as const;
export type ControlSubject = (typeof CONTROL)[keyof typeof CONTROL];
