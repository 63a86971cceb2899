// Program: one downstream consumer. `--state-dir DIR --name NAME [--port N]`

import { createConsumer } from '../consumer.ts';
import { hostRole } from '../role-host.ts';

void hostRole(async (host) => createConsumer({ ...host, name: host.option('name') ?? 'consumer' }));
