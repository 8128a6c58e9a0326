/** Networks and names that only machines nearby can reach. */
const NEAR =
  /^(localhost|.+\.(localhost|local|internal|lan)|::1?|f[cd][\da-f]{2}:.*|fe80:.*|(127|10|0|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+)$/

/** An address that senders on the internet can reach. */
export function isReachable(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  const host = hostname.replace(/^\[|\]$/g, '')
  // A lone word is a name of this network: of a container, of a neighbour.
  return /^https?:$/.test(protocol) && /[.:]/.test(host) && !NEAR.test(host)
}
