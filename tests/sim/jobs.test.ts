// Watched jobs through days of 23 and 25 hours, in CI.

import { testWorld } from './lane.ts';

testWorld({ world: 'jobs', seeds: 100, every: 8, deep: 1_000, crashes: 60 });
