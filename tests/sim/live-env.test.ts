// Starting and stopping the live environment, in CI.

import { testWorld } from './lane.ts';

testWorld({ world: 'live-env', seeds: 200, every: 16, deep: 1_000, crashes: 200 });
