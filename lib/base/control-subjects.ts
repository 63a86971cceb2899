// The subjects of a live environment's control plane: NATS subjects, and paths under `POST /control/`.

export const CONTROL = {
  contracts: 'md.contracts.list',
  active: 'md.subscriptions.active',
  subscribe: 'md.subscribe.bulk',
} as const;
export type ControlSubject = (typeof CONTROL)[keyof typeof CONTROL];
