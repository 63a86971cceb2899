// One seed for all properties: the gate judges the change, not the day. `MDOPS_SEED=$RANDOM npm test` explores.

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['MDOPS_SEED'] ?? 20_260_105) });
