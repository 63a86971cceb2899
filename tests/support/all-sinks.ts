// Every telemetry remote at one address, by environment variables.

export function allSinksAt(url: string): Record<string, string> {
  return {
    PUSHGATEWAY_URL: url,
    GRAFANA_URL: url,
    SLACK_WEBHOOK_URL: `${url}/services/T/B/x`,
    SLACK_BOT_TOKEN: 'xoxb-0123456789',
    SLACK_API_URL: `${url}/api`,
    PAGERDUTY_ROUTING_KEY: 'R0123456789',
    PAGERDUTY_API_URL: url,
    TELEGRAM_BOT_TOKEN: '1:0123456789',
    TELEGRAM_CHAT_ID: '-1',
    TELEGRAM_API_URL: url,
  };
}
