// What runs have to tell, while sinks fail and the gateway forgets, in CI.

import { testWorld } from './lane.ts';

testWorld({ world: 'spool', seeds: 200, every: 6, deep: 1_000, crashes: 100 });
