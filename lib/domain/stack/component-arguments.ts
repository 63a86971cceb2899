// What the parts of a stack are started with, whoever starts them.

export function pushgatewayArguments(address: string, directory: string): string[] {
  return [
    `--web.listen-address=${address}`,
    // Debian's build shares one file among all gateways of the machine unless told otherwise.
    `--persistence.file=${directory}/pushgateway.db`,
    '--log.level=warn',
  ];
}

export function alertmanagerArguments(address: string, directory: string): string[] {
  return [
    `--config.file=${directory}/alertmanager.yml`,
    `--storage.path=${directory}/alertmanager`,
    `--web.listen-address=${address}`,
    `--web.external-url=http://${address}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ];
}

// In quick motion Prometheus repeats a firing alert every second; the end of a removed rule is then seen after four.
const RESEND_DELAY = { quick: '1s', usual: '1m' } as const;

export function prometheusArguments(address: string, directory: string, factor: number): string[] {
  return [
    `--config.file=${directory}/prometheus.yml`,
    `--storage.tsdb.path=${directory}/prometheus`,
    `--web.listen-address=${address}`,
    `--web.external-url=http://${address}`,
    '--web.enable-lifecycle',
    `--rules.alert.resend-delay=${factor === 1 ? RESEND_DELAY.usual : RESEND_DELAY.quick}`,
    '--log.level=warn',
  ];
}
