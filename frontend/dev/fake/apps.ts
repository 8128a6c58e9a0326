export const app = (connector: string) => {
  const [title, color, mark] = {
    tilda: ['Tilda', '#fa8669', 'T'],
    bitrix24: ['Bitrix24', '#2fc6f6', 'B24'],
    email: ['Email', '#5b6bb5', '@'],
    webhook_out: ['Webhook', '#374151', '↗'],
    webhook: ['Webhook', '#374151', '↙'],
    telegram: ['Telegram', '#2aabee', 'Tg'],
    schedule: ['Schedule', '#7c5cc4', '24'],
    http: ['HTTP', '#0f766e', '{}'],
    amocrm: ['amoCRM', '#339dc7', 'amo'],
    google_sheets: ['Google Sheets', '#188038', 'GS'],
    stripe: ['Stripe', '#635bff', 'S'],
    manual: ['Manual', '#64748b', '▶'],
  }[connector] ?? [connector, '#64748b', connector.slice(0, 1).toUpperCase()]
  return { connector, title: title as string, color: color as string, mark: mark as string }
}
