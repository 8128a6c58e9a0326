import { crc32, deflateSync, inflateSync } from 'node:zlib'

// Pictures of screens with a palette of 256 colours: a third of the size, and no difference to see.

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** The picture with its most frequent colours; the rest take the nearest of them. */
export function shrink(png: Buffer): Buffer {
  const { width, height, pixels } = read(png)
  const counts = new Map<number, number>()
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const palette = choose([...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour))
  const places = new Map(palette.map((colour, place) => [colour, place]))
  const raw = Buffer.alloc((width + 1) * height)
  pixels.forEach((colour, at) => {
    let place = places.get(colour)
    if (place === undefined) {
      place = nearest(palette, colour)
      places.set(colour, place)
    }
    raw[at + 1 + Math.floor(at / width)] = place
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(raw, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The most frequent colours, none of which is much like another: a small red sign keeps its red. */
function choose(sorted: number[]): number[] {
  const palette: number[] = []
  for (const colour of sorted) {
    if (palette.length === 256) break
    if (palette.every((each) => distance(each, colour) > 60)) palette.push(colour)
  }
  return palette
}

function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16)
  const green = ((a >> 8) & 255) - ((b >> 8) & 255)
  const blue = (a & 255) - (b & 255)
  return red * red + green * green + blue * blue
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([size, body, sum])
}

function nearest(palette: number[], colour: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  palette.forEach((each, place) => {
    const away = distance(each, colour)
    if (away < least) {
      least = away
      best = place
    }
  })
  return best
}

/** The colours of a picture as Chromium writes it: 8 bits for each of three or four channels. */
function read(png: Buffer): { width: number; height: number; pixels: number[] } {
  const width = png.readUInt32BE(16)
  const height = png.readUInt32BE(20)
  const channels = png[25] === 6 ? 4 : 3
  const parts: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const size = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + size))
    at += size + 12
  }
  const raw = inflateSync(Buffer.concat(parts))
  const line = width * channels
  let above = new Uint8Array(line)
  const pixels: number[] = []
  for (let y = 0; y < height; y += 1) {
    const start = y * (line + 1)
    const row = unfilter(raw[start] ?? 0, raw.subarray(start + 1, start + 1 + line), above, channels)
    for (let x = 0; x < line; x += channels)
      pixels.push(((row[x] ?? 0) << 16) | ((row[x + 1] ?? 0) << 8) | (row[x + 2] ?? 0))
    above = row
  }
  return { width, height, pixels }
}

function unfilter(kind: number, data: Buffer, above: Uint8Array, step: number) {
  const row = new Uint8Array(data.length)
  for (let x = 0; x < data.length; x += 1) {
    const left = row[x - step] ?? 0
    const up = above[x] ?? 0
    const corner = x < step ? 0 : (above[x - step] ?? 0)
    const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)]
    row[x] = (data[x] ?? 0) + (guesses[kind] ?? 0)
  }
  return row
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [left, up, corner].map((each) => Math.abs(guess - each)) as [number, number, number]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}
