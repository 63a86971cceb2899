// Grafana's own builders, loaded when a dashboard is built.

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;

export async function loadSdk() {
  return {
    barchart: await import('@grafana/grafana-foundation-sdk/barchart'),
    bargauge: await import('@grafana/grafana-foundation-sdk/bargauge'),
    common: await import('@grafana/grafana-foundation-sdk/common'),
    dashboard: await import('@grafana/grafana-foundation-sdk/dashboard'),
    gauge: await import('@grafana/grafana-foundation-sdk/gauge'),
    heatmap: await import('@grafana/grafana-foundation-sdk/heatmap'),
    logs: await import('@grafana/grafana-foundation-sdk/logs'),
    loki: await import('@grafana/grafana-foundation-sdk/loki'),
    piechart: await import('@grafana/grafana-foundation-sdk/piechart'),
    prometheus: await import('@grafana/grafana-foundation-sdk/prometheus'),
    stat: await import('@grafana/grafana-foundation-sdk/stat'),
    statetimeline: await import('@grafana/grafana-foundation-sdk/statetimeline'),
    table: await import('@grafana/grafana-foundation-sdk/table'),
    text: await import('@grafana/grafana-foundation-sdk/text'),
    timeseries: await import('@grafana/grafana-foundation-sdk/timeseries'),
  };
}
